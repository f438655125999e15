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

TableRow quarantined_row(const Json& key) {
  const auto found = key.find("evidence");
  const Json evidence = found != key.end() && found->is_object() ? *found : Json::object();
  return {cell(key, "key_id"),         cell(key, "tenant_id"),    cell(key, "app_id"),
          cell(key, "quarantined_at"), cell(evidence, "address"), cell(evidence, "pattern"),
          cell(evidence, "order"),     cell(evidence, "apart_ms")};
}

int quarantined(const QuarantinedOptions& options, CommandContext& context) {
  return show_list(admin_call(options.admin, context, "GET", "/admin/keys/quarantined"), "keys",
                   options.admin.json,
                   {"KEY ID", "TENANT", "APP", "QUARANTINED", "ADDRESS", "PATTERN", "ORDER", "APART MS"},
                   quarantined_row, context);
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
