#include <ostream>
#include <string>

#include "cli/command.hpp"
#include "cli/report.hpp"

namespace cogos::cli {
namespace {

struct BackupOptions {
  BackupOrder order;
  bool json = false;
};

int backup(const BackupOptions& options, CommandContext& context) {
  const auto report = context.server.backup(options.order);
  if (!report) return refuse(context, report.error());
  for (const std::string& left : report->left_over) complain(context, left);
  if (options.json) {
    print_json(context, {{"created_at", to_rfc3339(report->created_at)},
                         {"to", options.order.to},
                         {"chains", report->chains},
                         {"rows", report->rows},
                         {"store_bytes", report->store_bytes},
                         {"sealed_bytes", report->sealed_bytes}});
    return kDone;
  }
  context.out << "the store as of " << to_rfc3339(report->created_at) << ", " << count(report->rows, "row")
              << " in " << count(report->chains, "chain")
              << ", checked and sealed: " << printable(options.order.to) << ", " << report->sealed_bytes
              << " bytes\n";
  return kDone;
}

}  // namespace

void add_backup(CLI::App& parent, CommandContext& context) {
  CLI::App& app = *parent.add_subcommand(
      "backup",
      "Copy a store while its server goes on, check the copy, and seal it to the operator's X25519 key");
  auto options = std::make_shared<BackupOptions>();
  BackupOrder& order = options->order;
  app.add_option("--data-dir", order.data_dir, "The server's data directory")->type_name("DIR")->required();
  app.add_option("--to", order.to, "The backup; a file that does not exist yet")
      ->type_name("FILE")
      ->required();
  app.add_option_function<std::string>(
         "--recipient", [&order](const std::string& file) { order.recipient_file = file; },
         "An X25519 public key (PEM) to seal it to")
      ->type_name("PEMFILE");
  app.add_option_function<std::string>(
         "--config", [&order](const std::string& file) { order.config_file = file; },
         "The server's settings: store.min_free_mb, and without --recipient operator.sealing_key_file")
      ->type_name("FILE");
  app.add_flag("--json", options->json, "Report as one line of JSON");
  app.footer(
      "The copy lies in the data directory until it is sealed, so there must be room for the store a second "
      "time,\n"
      "with store.min_free_mb of the settings (64 without --config) left beside.\n"
      "The data encryption key (COGOS_DEK_HEX) is not in a backup: keep it apart, a restored store needs "
      "it.\n"
      "\n"
      "Example:\n  cogos backup --data-dir /var/lib/cogos --recipient operator.pub.pem --to "
      "cogos-2026-01-31.backup");
  runs(app, std::move(options), context, backup);
}

}  // namespace cogos::cli
