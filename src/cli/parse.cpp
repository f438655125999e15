#include <algorithm>
#include <exception>
#include <ostream>
#include <string>

#include "cli/command.hpp"
#include "cli/report.hpp"

namespace cogos::cli {
namespace {

/// The command that the arguments got as far as.
const CLI::App& reached(const CLI::App& app) {
  const auto deeper = app.get_subcommands();
  return deeper.empty() ? app : reached(*deeper.back());
}

/// The same, spelt as it is called.
std::string called(const CLI::App& app) {
  const auto deeper = app.get_subcommands();
  return deeper.empty() ? app.get_name() : app.get_name() + " " + called(*deeper.back());
}

/// The first unknown argument by name, where there is one. Values are left out: one of them may be a key that
/// somebody tried to pass on the command line.
std::string unknown_argument(const CLI::App& app) {
  const auto extras = app.remaining(true);
  const auto flag =
      std::find_if(extras.begin(), extras.end(), [](const auto& e) { return e.starts_with('-'); });
  if (flag != extras.end()) return "unknown option " + flag->substr(0, flag->find('='));
  const bool command_due = reached(app).get_require_subcommand_min() > 0;
  return (command_due ? "unknown command " : "unexpected argument ") + extras.front();
}

int explain(const CLI::App& app, const CLI::ParseError& error, CommandContext& context) {
  // Help and version arrive as exceptions too.
  if (error.get_exit_code() == 0) return app.exit(error, context.out, context.err);
  // CLI11 would rather speak of the command that is missing than of the misspelt one.
  const bool unknown = !app.remaining(true).empty() &&
                       (error.get_exit_code() == static_cast<int>(CLI::ExitCodes::ExtrasError) ||
                        reached(app).get_require_subcommand_min() > 0);
  complain(context, unknown ? unknown_argument(app) : error.what());
  context.err << "See `" << called(app) << " --help`.\n";
  return kUnusable;
}

int parse(CLI::App& app, int argc, const char* const* argv, CommandContext& context) {
  try {
    app.parse(argc, argv);
    return context.exit_code;
  } catch (const CLI::ParseError& error) {
    return explain(app, error, context);
  }
}

}  // namespace

int parse_and_run(CLI::App& app, int argc, const char* const* argv, CommandContext& context) {
  int code = kUnusable;
  try {
    code = parse(app, argc, argv, context);
  } catch (const std::exception& error) {
    complain(context, std::string("the command could not be finished: ") + error.what());
  }
  // A result that never reached its file must not look like a success.
  if (!context.out.flush()) {
    complain(context, "the output could not be written");
    return kUnusable;
  }
  return code;
}

}  // namespace cogos::cli
