#include <ostream>
#include <string>

#include "cli/admin_call.hpp"
#include "cli/report.hpp"
#include "cli/table.hpp"

namespace cogos::cli {
namespace {

struct PackageListOptions {
  AdminOptions admin;
};

TableRow package_row(const Json& one) {
  return {cell(one, "id"),
          cell(one, "display_name"),
          cell(one, "monthly_usd"),
          cell(one, "rpm_limit"),
          cell(one, "monthly_request_quota"),
          cell(one, "daily_request_cap"),
          cell(one, "daily_token_cap"),
          cell(one, "max_prompt_tokens_per_call"),
          cell(one, "allowed_model_tiers"),
          cell(one, "is_default"),
          cell(one, "active")};
}

int list_packages(const PackageListOptions& options, CommandContext& context) {
  return show_list(admin_call(options.admin, context, "GET", "/admin/packages"), "packages",
                   options.admin.json,
                   {"ID", "NAME", "USD/MONTH", "RPM", "CALLS/MONTH", "CALLS/DAY", "TOKENS/DAY",
                    "PROMPT TOKENS", "TIERS", "DEFAULT", "ACTIVE"},
                   package_row, context);
}

}  // namespace

void add_admin_packages_list(CLI::App& parent, CommandContext& context) {
  CLI::App& app = *parent.add_subcommand("list", "List the packages and their limits; 0 is no limit");
  auto options = std::make_shared<PackageListOptions>();
  add_admin_options(app, options->admin);
  app.footer("Example:\n  cogos admin packages list");
  runs(app, std::move(options), context, list_packages);
}

}  // namespace cogos::cli
