#include <ostream>
#include <string>

#include "cli/admin_call.hpp"
#include "cli/report.hpp"

namespace cogos::cli {
namespace {

struct ClearOptions {
  AdminOptions admin;
  std::string key_id;
};

int clear(const ClearOptions& options, CommandContext& context) {
  if (options.key_id.empty()) {
    complain(context, "KEY_ID is empty; `cogos admin keys quarantined` shows them");
    return kUnusable;
  }
  const std::string path = "/admin/keys/" + percent_encode(options.key_id) + "/clear-quarantine";
  const auto answer = admin_call(options.admin, context, "POST", path);
  if (!answer) return refuse(context, answer.error());
  if (options.admin.json) {
    print_json(context, *answer);
  } else {
    context.out << "in use again: " << printable(options.key_id) << '\n';
  }
  return kDone;
}

}  // namespace

void add_admin_keys_clear(CLI::App& parent, CommandContext& context) {
  CLI::App& app = *parent.add_subcommand("clear-quarantine", "Let a quarantined key be used again, at once");
  auto options = std::make_shared<ClearOptions>();
  app.add_option("KEY_ID", options->key_id, "The key's id, as `quarantined` shows it")->required();
  add_admin_options(app, options->admin);
  app.footer(
      "Example:\n  cogos admin keys clear-quarantine "
      "0e37df36-f698-11e6-8dd4-cb9ced3df976");
  runs(app, std::move(options), context, clear);
}

}  // namespace cogos::cli
