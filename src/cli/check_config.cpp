#include <ostream>
#include <string>

#include "cli/command.hpp"
#include "cli/report.hpp"

namespace cogos::cli {
namespace {

struct CheckConfigOptions {
  std::string config;
  bool json = false;
};

void print_lines(const std::string& label, const std::vector<std::string>& lines, CommandContext& context) {
  for (const std::string& line : lines) context.out << label << printable(line) << '\n';
}

int check_config(const CheckConfigOptions& options, CommandContext& context) {
  const auto report = context.server.check_config(options.config);
  if (!report) return refuse(context, report.error());
  const bool good = report->problems.empty();
  if (options.json) {
    print_json(context, {{"ok", good},
                         {"problems", report->problems},
                         {"warnings", report->warnings},
                         {"settings", report->settings}});
  } else {
    print_lines("", report->settings, context);
    print_lines("warning: ", report->warnings, context);
    print_lines("problem: ", report->problems, context);
    context.out << (good ? "the server would start with these settings\n" : "the server would not start\n");
  }
  return good ? kDone : kAnswerIsNo;
}

}  // namespace

void add_check_config(CLI::App& parent, CommandContext& context) {
  CLI::App& app = *parent.add_subcommand(
      "check-config", "Check a settings file without starting anything, and print the settings it comes to");
  auto options = std::make_shared<CheckConfigOptions>();
  app.add_option("--config", options->config, "Settings in TOML")->type_name("FILE")->required();
  app.add_flag("--json", options->json, "Report as one line of JSON");
  app.footer("Example:\n  cogos check-config --config /etc/cogos/cogos.toml");
  runs(app, std::move(options), context, check_config);
}

}  // namespace cogos::cli
