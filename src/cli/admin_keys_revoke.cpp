#include <ostream>
#include <string>

#include "cli/admin_call.hpp"
#include "cli/report.hpp"

namespace cogos::cli {
namespace {

struct RevokeOptions {
  AdminOptions admin;
  std::string key_id;
};

int revoke(const RevokeOptions& options, CommandContext& context) {
  if (options.key_id.empty()) {
    complain(context, "KEY_ID is empty; `cogos admin keys list` shows them");
    return kUnusable;
  }
  const auto answer =
      admin_call(options.admin, context, "POST", "/admin/keys/" + percent_encode(options.key_id) + "/revoke");
  if (!answer) return refuse(context, answer.error());
  if (options.admin.json) {
    print_json(context, *answer);
  } else {
    context.out << "revoked " << printable(options.key_id) << '\n';
  }
  return kDone;
}

}  // namespace

void add_admin_keys_revoke(CLI::App& parent, CommandContext& context) {
  CLI::App& app = *parent.add_subcommand("revoke", "Revoke a key at once and for good");
  auto options = std::make_shared<RevokeOptions>();
  app.add_option("KEY_ID", options->key_id, "The key's id, as `list` shows it")->required();
  add_admin_options(app, options->admin);
  app.footer("Example:\n  cogos admin keys revoke 0e37df36-f698-11e6-8dd4-cb9ced3df976");
  runs(app, std::move(options), context, revoke);
}

}  // namespace cogos::cli
