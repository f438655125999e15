#include <ostream>
#include <string>
#include <vector>

#include "cli/admin_call.hpp"
#include "cli/report.hpp"
#include "cli/table.hpp"

namespace cogos::cli {
namespace {

struct KeyListOptions {
  AdminOptions admin;
  std::string tenant;
  std::string app;
};

std::string state_of(const Json& key) {
  if (cell(key, "revoked_at") != "-") return "revoked";
  if (cell(key, "quarantined_at") != "-") return "quarantined";
  if (cell(key, "suspended_at") != "-") return "suspended";
  return cell(key, "active") == "false" ? "inactive" : "active";
}

TableRow key_row(const Json& key) {
  return {cell(key, "key_id"),     cell(key, "tenant_id"),  cell(key, "app_id"),
          cell(key, "scheme"),     cell(key, "package_id"), cell(key, "tier"),
          cell(key, "expires_at"), state_of(key),           cell(key, "label")};
}

std::string path_for(const KeyListOptions& options) {
  std::string path = "/admin/keys";
  if (!options.tenant.empty()) path += "?tenant_id=" + percent_encode(options.tenant);
  if (!options.app.empty())
    path += (options.tenant.empty() ? "?app_id=" : "&app_id=") + percent_encode(options.app);
  return path;
}

int list_keys(const KeyListOptions& options, CommandContext& context) {
  return show_list(admin_call(options.admin, context, "GET", path_for(options)), "keys", options.admin.json,
                   {"KEY ID", "TENANT", "APP", "SCHEME", "PACKAGE", "TIER", "EXPIRES", "STATE", "LABEL"},
                   key_row, context);
}

}  // namespace

void add_admin_keys_list(CLI::App& parent, CommandContext& context) {
  CLI::App& app = *parent.add_subcommand("list", "List the keys; never a secret");
  auto options = std::make_shared<KeyListOptions>();
  app.add_option("--tenant", options->tenant, "Only this tenant's")->type_name("TENANT");
  app.add_option("--app", options->app, "Only this app's")->type_name("APP");
  add_admin_options(app, options->admin);
  app.footer("Example:\n  COGOS_ADMIN_KEY=... cogos admin keys list --tenant acme");
  runs(app, std::move(options), context, list_keys);
}

}  // namespace cogos::cli
