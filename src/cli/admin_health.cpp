#include <ostream>
#include <string>

#include "cli/admin_call.hpp"
#include "cli/report.hpp"
#include "cli/table.hpp"

namespace cogos::cli {
namespace {

struct HealthOptions {
  AdminOptions admin;
};

int health(const HealthOptions& options, CommandContext& context) {
  const auto response = admin_send(options.admin, context, "GET", "/admin/health/deep");
  if (!response) return refuse(context, response.error());
  // A server that is not well answers 503, in the same form.
  const auto body = base::parse_json(response->body.reveal());
  const bool reported = (response->status == 200 || response->status == 503) && body && body->is_object() &&
                        body->contains("checks_failed");
  if (!reported) {
    const auto judged = admin_judge(*response);
    if (!judged) return refuse(context, judged.error());
    complain(context, "the server's answer is no report of its health");
    return kUnusable;
  }
  if (options.admin.json) {
    print_json(context, *body);
  } else {
    for (const auto& [name, value] : body->items()) {
      context.out << printable(name) << ": " << cell(*body, name.c_str()) << '\n';
    }
  }
  return response->status == 200 ? kDone : kAnswerIsNo;
}

}  // namespace

void add_admin_health(CLI::App& parent, CommandContext& context) {
  CLI::App& app =
      *parent.add_subcommand("health", "Check log, chains and upstream; exit code 1 where one fails");
  auto options = std::make_shared<HealthOptions>();
  add_admin_options(app, options->admin);
  app.footer("Example:\n  cogos admin health --json");
  runs(app, std::move(options), context, health);
}

}  // namespace cogos::cli
