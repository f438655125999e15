#include <ostream>
#include <string>

#include "cli/command.hpp"
#include "cli/report.hpp"

namespace cogos::cli {
namespace {

int rotate(const DekOrder& order, CommandContext& context) {
  const auto report = context.server.rotate_dek(order);
  if (!report) return refuse(context, report.error());
  context.out << "the secrets of " << count(report->keys, "key")
              << " are sealed under the new data encryption key; start the server with it from now on\n";
  for (const std::string& copy : report->other_copies) {
    context.out << printable(copy)
                << " holds a store under the former key; remove it once it is not needed\n";
  }
  return kDone;
}

}  // namespace

void add_dek(CLI::App& parent, CommandContext& context) {
  CLI::App& dek =
      *parent.add_subcommand("dek", "The data encryption key, under which HMAC secrets rest on disk");
  dek.require_subcommand(1);
  CLI::App& app =
      *dek.add_subcommand("rotate", "Seal a stopped server's secrets under another data encryption key");
  auto order = std::make_shared<DekOrder>();
  app.add_option("--data-dir", order->data_dir, "The data directory of a stopped server")
      ->type_name("DIR")
      ->required();
  app.add_option_function<std::string>(
         "--config", [order = order.get()](const std::string& file) { order->config_file = file; },
         "The server's settings; of these operator.sealing_key_file alone is used, for the rows that record "
         "the "
         "rotation")
      ->type_name("FILE");
  app.footer(
      "The present key is taken from COGOS_DEK_HEX or COGOS_DEK_FILE, the new one from COGOS_NEW_DEK_HEX or\n"
      "COGOS_NEW_DEK_FILE, never from an argument. One transaction changes all or nothing. Backups that were "
      "made\n"
      "before need the former key still.\n"
      "\n"
      "Example:\n  COGOS_DEK_FILE=dek.hex COGOS_NEW_DEK_FILE=new-dek.hex cogos dek rotate --data-dir "
      "/var/lib/cogos");
  runs(app, std::move(order), context, rotate);
}

}  // namespace cogos::cli
