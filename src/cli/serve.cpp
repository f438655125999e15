#include "cli/command.hpp"

namespace cogos::cli {
namespace {

int serve(const ServeOptions& options, CommandContext& context) {
  return context.server.serve(options);
}

}  // namespace

void add_serve(CLI::App& parent, CommandContext& context) {
  CLI::App& app =
      *parent.add_subcommand("serve", "Run the server until it is told to stop (SIGTERM, SIGINT)");
  auto options = std::make_shared<ServeOptions>();
  app.add_option("--config", options->config_file, "Settings in TOML; an empty file is a valid one")
      ->type_name("FILE")
      ->required();
  app.add_flag("--dev", options->dev, "For development: 127.0.0.1:8443 with a certificate made for it");
  app.add_option_function<std::string>(
         "--data-dir", [options](const std::string& value) { options->data_dir = value; },
         "Where the store is; wins over COGOS_DATA_DIR and [store] data_dir")
      ->type_name("DIR");
  app.add_option_function<std::string>(
         "--listen", [options](const std::string& value) { options->listen = value; },
         "Where to listen; wins over COGOS_LISTEN and [server] listen")
      ->type_name("ADDR:PORT");
  app.footer("Example:\n  cogos serve --config /etc/cogos/cogos.toml");
  runs(app, std::move(options), context, serve);
}

}  // namespace cogos::cli
