#include <algorithm>
#include <array>
#include <ostream>
#include <string>
#include <vector>

#include "cli/admin_call.hpp"
#include "cli/report.hpp"

namespace cogos::cli {
namespace {

struct ListOptions {
  AdminOptions admin;
  std::string tenant;
  std::string app;
};

using TableRow = std::vector<std::string>;

/// Characters, not bytes, for labels beyond ASCII.
std::size_t width(const std::string& text) {
  return static_cast<std::size_t>(std::count_if(
      text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }));
}

std::string member(const Json& key, const char* name) {
  const auto found = key.find(name);
  if (found == key.end() || found->is_null()) return "-";
  return found->is_string() ? printable(found->get_ref<const std::string&>()) : found->dump();
}

std::string state_of(const Json& key) {
  if (member(key, "revoked_at") != "-") return "revoked";
  if (member(key, "quarantined_at") != "-") return "quarantined";
  return member(key, "active") == "false" ? "inactive" : "active";
}

TableRow row_of(const Json& key) {
  return {
      member(key, "key_id"),     member(key, "tenant_id"), member(key, "app_id"),     member(key, "scheme"),
      member(key, "package_id"), member(key, "tier"),      member(key, "expires_at"), state_of(key),
      member(key, "label")};
}

void print_table(const std::vector<TableRow>& rows, std::ostream& out) {
  std::vector<std::size_t> widths(rows.front().size());
  for (const TableRow& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], width(row[i]));
  }
  for (const TableRow& row : rows) {
    for (std::size_t i = 0; i + 1 < row.size(); ++i) {
      out << row[i] << std::string(widths[i] - width(row[i]) + 2, ' ');
    }
    out << row.back() << '\n';
  }
}

std::string path_for(const ListOptions& options) {
  std::string path = "/admin/keys";
  if (!options.tenant.empty()) path += "?tenant_id=" + percent_encode(options.tenant);
  if (!options.app.empty())
    path += (options.tenant.empty() ? "?app_id=" : "&app_id=") + percent_encode(options.app);
  return path;
}

int list(const ListOptions& options, CommandContext& context) {
  const auto answer = admin_call(options.admin, context, "GET", path_for(options));
  if (!answer) return refuse(context, answer.error());
  const auto keys = answer->find("keys");
  const bool listed =
      keys != answer->end() && keys->is_array() &&
      std::all_of(keys->begin(), keys->end(), [](const Json& key) { return key.is_object(); });
  if (!listed) {
    complain(context, "the server's answer holds no list of keys");
    return kUnusable;
  }
  if (options.admin.json) {
    print_json(context, *answer);
    return kDone;
  }
  std::vector<TableRow> rows{
      {"KEY ID", "TENANT", "APP", "SCHEME", "PACKAGE", "TIER", "EXPIRES", "STATE", "LABEL"}};
  for (const Json& key : *keys) rows.push_back(row_of(key));
  print_table(rows, context.out);
  return kDone;
}

}  // namespace

void add_admin_keys_list(CLI::App& parent, CommandContext& context) {
  CLI::App& app = *parent.add_subcommand("list", "List the keys; never a secret");
  auto options = std::make_shared<ListOptions>();
  app.add_option("--tenant", options->tenant, "Only this tenant's")->type_name("TENANT");
  app.add_option("--app", options->app, "Only this app's")->type_name("APP");
  add_admin_options(app, options->admin);
  app.footer("Example:\n  COGOS_ADMIN_KEY=... cogos admin keys list --tenant acme");
  runs(app, std::move(options), context, list);
}

}  // namespace cogos::cli
