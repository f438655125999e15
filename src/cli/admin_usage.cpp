#include <cstdint>
#include <ostream>
#include <string>

#include "base/time.hpp"
#include "cli/admin_call.hpp"
#include "cli/report.hpp"
#include "cli/table.hpp"

namespace cogos::cli {
namespace {

struct UsageOptions {
  AdminOptions admin;
  std::string since;
  std::string tenant;
  std::uint64_t cursor = 0;
  std::uint32_t limit = 100;
};

Result<std::string> path_for(const UsageOptions& options) {
  std::string path = "/admin/usage?limit=" + std::to_string(options.limit);
  if (options.cursor > 0) path += "&cursor=" + std::to_string(options.cursor);
  if (!options.tenant.empty()) path += "&tenant_id=" + percent_encode(options.tenant);
  if (options.since.empty()) return path;
  const auto since = from_rfc3339_lenient(options.since);
  if (!since || to_unix_ms(*since) < 0) {
    return Error(ErrorCode::unreadable_input, "--since must be a time such as 2027-01-31T00:00:00Z");
  }
  return path + "&since=" + std::to_string(to_unix_ms(*since));
}

TableRow usage_row(const Json& row) {
  return {cell(row, "ts"),           cell(row, "tenant_id"),  cell(row, "app_id"),      cell(row, "seq"),
          cell(row, "route"),        cell(row, "status"),     cell(row, "http_status"), cell(row, "model"),
          cell(row, "total_tokens"), cell(row, "latency_ms"), cell(row, "package_id"),  cell(row, "key_id")};
}

int usage(const UsageOptions& options, CommandContext& context) {
  auto path = path_for(options);
  if (!path) return refuse(context, path.error());
  const auto answer = admin_call(options.admin, context, "GET", std::move(*path));
  const int shown = show_list(answer, "rows", options.admin.json,
                              {"TIME", "TENANT", "APP", "SEQ", "ROUTE", "STATUS", "HTTP", "MODEL", "TOKENS",
                               "MS", "PACKAGE", "KEY ID"},
                              usage_row, context);
  if (shown == kDone && !options.admin.json && cell(*answer, "more") == "true") {
    context.out << "There is more: go on with --cursor " << cell(*answer, "next_cursor") << '\n';
  }
  return shown;
}

}  // namespace

void add_admin_usage(CLI::App& parent, CommandContext& context) {
  CLI::App& app = *parent.add_subcommand("usage", "Show who called what: the metadata of the audit rows");
  auto options = std::make_shared<UsageOptions>();
  app.add_option("--since", options->since, "Rows made at this moment or later, as 2027-01-31T00:00:00Z")
      ->type_name("TIME");
  app.add_option("--tenant", options->tenant, "Only this tenant's")->type_name("TENANT");
  app.add_option("--cursor", options->cursor, "Go on from where the page before ended")->type_name("N");
  app.add_option("--limit", options->limit, "Rows at most")
      ->check(CLI::Range(1U, 1000U))
      ->capture_default_str();
  add_admin_options(app, options->admin);
  app.footer(
      "One page a call, in the order in which the rows were written. With --tenant a page may be short or "
      "empty\n"
      "though there is more.\n"
      "\n"
      "Example:\n"
      "  cogos admin usage --since 2027-01-31T00:00:00Z --tenant acme");
  runs(app, std::move(options), context, usage);
}

}  // namespace cogos::cli
