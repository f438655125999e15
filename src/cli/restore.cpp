#include <ostream>
#include <string>

#include "cli/command.hpp"
#include "cli/inputs.hpp"
#include "cli/report.hpp"

namespace cogos::cli {
namespace {

struct RestoreOptions {
  RestoreOrder order;
  std::string key;
  bool json = false;
};

void print_as_json(const RestoreReport& report, CommandContext& context) {
  Json lost;  // null: nobody knows
  if (report.lost) lost = Json::array();
  for (const auto& chain : report.lost.value_or(std::vector<RestoreReport::Lost>())) {
    lost.push_back({{"tenant_id", chain.tenant_id}, {"app_id", chain.app_id}, {"rows", chain.rows}});
  }
  print_json(context, {{"created_at", to_rfc3339(report.created_at)},
                       {"chains", report.chains},
                       {"rows", report.rows},
                       {"lost", std::move(lost)},
                       {"replaced", report.replaced_dir.empty() ? Json() : Json(report.replaced_dir)}});
}

void print_in_words(const RestoreReport& report, CommandContext& context) {
  if (!report.lost) {
    context.out << "what the former store had that is not in the backup could not be read\n";
  }
  for (const auto& chain : report.lost.value_or(std::vector<RestoreReport::Lost>())) {
    context.out << printable(chain.tenant_id + "/" + chain.app_id) << ": " << count(chain.rows, "row")
                << " of the former store are not in the backup\n";
  }
  context.out << "restored the store as of " << to_rfc3339(report.created_at) << ": "
              << count(report.rows, "row") << " in " << count(report.chains, "chain") << ", fsck clean\n";
  if (!report.replaced_dir.empty()) {
    context.out << "the store that was there is in " << printable(report.replaced_dir) << '\n';
  }
}

int restore(const RestoreOptions& options, CommandContext& context) {
  Inputs inputs(context.in);
  const auto pem = inputs.read_secret(options.key);
  if (!pem) return refuse(context, pem.error());
  const auto key = crypto::X25519PrivateKey::from_pem(pem->reveal());
  if (!key) {
    complain(context, printable(options.key) + ": " + key.error().message());
    return kUnusable;
  }
  const auto report = context.server.restore(options.order, *key);
  if (!report) return refuse(context, report.error());
  if (options.json) {
    print_as_json(*report, context);
  } else {
    print_in_words(*report, context);
  }
  return kDone;
}

}  // namespace

void add_restore(CLI::App& parent, CommandContext& context) {
  CLI::App& app = *parent.add_subcommand(
      "restore", "Open a backup, check it, and put it in the place of a stopped server's store");
  auto options = std::make_shared<RestoreOptions>();
  RestoreOrder& order = options->order;
  app.add_option("--from", order.from, "What `cogos backup` made")->type_name("FILE")->required();
  app.add_option("--key", options->key, "The X25519 private key (PEM) that it is sealed to")
      ->type_name("PEMFILE")
      ->required();
  app.add_option("--data-dir", order.data_dir, "The data directory; made where it does not exist")
      ->type_name("DIR")
      ->required();
  app.add_option_function<std::string>(
         "--config", [&order](const std::string& file) { order.config_file = file; },
         "The server's settings; of these operator.sealing_key_file alone is used, for the rows that record "
         "the "
         "restoring")
      ->type_name("FILE");
  app.add_flag("--force", order.force, "Although the present store has rows that the backup has not");
  app.add_flag("--json", options->json, "Report as one line of JSON");
  app.footer(
      "Every restoring is a row of _operator. What was in the directory is moved aside and not deleted. Exit "
      "code 1:\n"
      "the backup does not open or hold, or rows would be lost; nothing was changed then.\n"
      "\n"
      "Example:\n  cogos restore --from cogos-2026-01-31.backup --key operator.pem --data-dir "
      "/var/lib/cogos");
  runs(app, std::move(options), context, restore);
}

}  // namespace cogos::cli
