#include <ostream>
#include <string>

#include "cli/command.hpp"
#include "cli/report.hpp"

namespace cogos::cli {
namespace {

struct VersionOptions {
  bool json = false;
};

int version(const VersionOptions& options, CommandContext& context) {
  if (options.json) {
    print_json(context, {{"rev", context.rev}});
  } else {
    context.out << "cogos " << context.rev << '\n';
  }
  return kDone;
}

}  // namespace

void add_version(CLI::App& parent, CommandContext& context) {
  CLI::App& app = *parent.add_subcommand("version", "Print the build, the `rev` of its tokens and rows");
  auto options = std::make_shared<VersionOptions>();
  app.add_flag("--json", options->json, "Report as one line of JSON");
  app.footer("Example:\n  cogos version");
  runs(app, std::move(options), context, version);
}

}  // namespace cogos::cli
