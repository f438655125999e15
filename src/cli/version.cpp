#include <ostream>

#include "cli/command.hpp"

namespace cogos::cli {

void add_version(CLI::App& parent, CommandContext& context) {
  CLI::App& app = *parent.add_subcommand("version", "Print the build, the `rev` of its tokens and rows");
  app.footer("Example:\n  cogos version");
  app.callback([&context] { context.out << "cogos " << context.rev << '\n'; });
}

}  // namespace cogos::cli
