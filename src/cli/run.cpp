#include "cli/run.hpp"

#include "cli/command.hpp"

namespace cogos::cli {

int run(int argc, const char* const* argv, CommandContext& context) {
  CLI::App app("CogOS: an AI API server whose answers can be verified, and the tools to do so.", "cogos");
  add_serve(app, context);
  add_check_config(app, context);
  add_fsck(app, context);
  add_prune(app, context);
  add_backup(app, context);
  add_restore(app, context);
  add_dek(app, context);
  add_probe(app, context);
  CLI::App& admin = *app.add_subcommand("admin", "Operate a running server");
  admin.require_subcommand(1);
  CLI::App& keys =
      *admin.add_subcommand("keys", "Issue, list and revoke customer keys, and look after leaked ones");
  keys.require_subcommand(1);
  add_admin_keys_issue(keys, context);
  add_admin_keys_list(keys, context);
  add_admin_keys_revoke(keys, context);
  add_admin_keys_quarantined(keys, context);
  add_admin_keys_clear(keys, context);
  CLI::App& packages = *admin.add_subcommand("packages", "List, make, change and delete packages of limits");
  packages.require_subcommand(1);
  add_admin_packages_list(packages, context);
  add_admin_packages_create(packages, context);
  add_admin_packages_update(packages, context);
  add_admin_packages_delete(packages, context);
  add_admin_usage(admin, context);
  add_admin_health(admin, context);
  add_admin_metrics(admin, context);
  add_offline_commands(app, context);
  return parse_and_run(app, argc, argv, context);
}

}  // namespace cogos::cli
