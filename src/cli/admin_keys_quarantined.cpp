#include <ostream>
#include <string>

#include "cli/admin_call.hpp"
#include "cli/report.hpp"
#include "cli/table.hpp"

namespace cogos::cli {
namespace {

struct QuarantinedOptions {
  AdminOptions admin;
};

TableRow row_of(const Json& key) {
  const auto found = key.find("evidence");
  const Json evidence = found != key.end() && found->is_object() ? *found : Json::object();
  return {cell(key, "key_id"),         cell(key, "tenant_id"),    cell(key, "app_id"),
          cell(key, "quarantined_at"), cell(evidence, "address"), cell(evidence, "pattern"),
          cell(evidence, "order"),     cell(evidence, "apart_ms")};
}

int quarantined(const QuarantinedOptions& options, CommandContext& context) {
  const auto answer = admin_call(options.admin, context, "GET", "/admin/keys/quarantined");
  if (!answer) return refuse(context, answer.error());
  const Json* keys = list_of_objects(*answer, "keys");
  if (keys == nullptr) {
    complain(context, "the server's answer holds no list of keys");
    return kUnusable;
  }
  if (options.admin.json) {
    print_json(context, *answer);
    return kDone;
  }
  std::vector<TableRow> table{
      {"KEY ID", "TENANT", "APP", "QUARANTINED", "ADDRESS", "PATTERN", "ORDER", "APART MS"}};
  for (const Json& key : *keys) table.push_back(row_of(key));
  print_table(table, context.out);
  return kDone;
}

}  // namespace

void add_admin_keys_quarantined(CLI::App& parent, CommandContext& context) {
  CLI::App& app = *parent.add_subcommand("quarantined", "List the keys that may have leaked, and why");
  auto options = std::make_shared<QuarantinedOptions>();
  add_admin_options(app, options->admin);
  app.footer("Example:\n  cogos admin keys quarantined");
  runs(app, std::move(options), context, quarantined);
}

}  // namespace cogos::cli
