#include <algorithm>
#include <ostream>
#include <string>

#include "cli/admin_call.hpp"
#include "cli/report.hpp"

namespace cogos::cli {
namespace {

struct MetricsOptions {
  AdminOptions admin;
};

/// Text of several lines, each safe for a terminal.
void print_lines(std::string_view text, std::ostream& out) {
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    out << printable(text.substr(0, end)) << '\n';
    text.remove_prefix(std::min(end + 1, text.size()));
  }
}

int metrics(const MetricsOptions& options, CommandContext& context) {
  const auto response = admin_send(options.admin, context, "GET", "/metrics");
  if (!response) return refuse(context, response.error());
  if (response->status != 200) {
    const auto judged = admin_judge(*response);
    if (!judged) return refuse(context, judged.error());
  }
  const std::string_view text = response->body.reveal();
  if (!text.starts_with("# HELP ")) {
    complain(context, "the server's answer holds no metrics");
    return kUnusable;
  }
  if (options.admin.json) {
    print_json(context, Json{{"metrics", std::string(text)}});
  } else {
    print_lines(text, context.out);
  }
  return kDone;
}

}  // namespace

void add_admin_metrics(CLI::App& parent, CommandContext& context) {
  CLI::App& app = *parent.add_subcommand("metrics", "Print the figures that Prometheus reads");
  auto options = std::make_shared<MetricsOptions>();
  add_admin_options(app, options->admin);
  app.footer("Example:\n  cogos admin metrics | grep ^cogos_refusals_total");
  runs(app, std::move(options), context, metrics);
}

}  // namespace cogos::cli
