#include <optional>
#include <ostream>
#include <string>

#include "cli/command.hpp"
#include "cli/inputs.hpp"
#include "cli/report.hpp"
#include "cogos/audit_chain.hpp"

namespace cogos::cli {
namespace {

struct AuditOptions {
  std::string rows;
  std::optional<std::string> expect_head;
  bool json = false;
};

void print(const AuditOptions& options, const RowsReport& report, CommandContext& context) {
  if (options.json) {
    Json chains = Json::array();
    for (const ChainReport& chain : report.chains) chains.push_back(to_json(chain));
    print_json(context,
               {{"holds", report.holds()}, {"chains", std::move(chains)}, {"repeated", report.repeated}});
    return;
  }
  for (const ChainReport& chain : report.chains) context.out << in_words(chain) << '\n';
  if (report.chains.empty()) context.out << "no rows: there was nothing to check\n";
  if (report.repeated > 0) context.out << "rows that were there twice: " << report.repeated << '\n';
}

int verify_audit(const AuditOptions& options, CommandContext& context) {
  if (options.expect_head && !is_hex64(*options.expect_head)) {
    complain(context, "--expect-head must be a row_hash: 64 lower-case hex characters");
    return kUnusable;
  }
  Inputs inputs(context.in);
  const auto rows = inputs.read(options.rows, kMaxRowsFile);
  if (!rows) return refuse(context, rows.error());
  const auto report = verify_rows(*rows, options.expect_head);
  if (!report) return refuse(context, report.error());
  print(options, *report, context);
  return report->holds() ? kDone : kAnswerIsNo;
}

}  // namespace

void add_verify_audit(CLI::App& parent, CommandContext& context) {
  CLI::App& app =
      *parent.add_subcommand("audit", "Check that no audit row was changed, added, removed or moved");
  auto options = std::make_shared<AuditOptions>();
  app.add_option("--rows", options->rows, "An array of rows, or answers of GET /v1/audit, one JSON a line")
      ->type_name("FILE")
      ->required();
  app.add_option_function<std::string>(
         "--expect-head", [options](const std::string& value) { options->expect_head = value; },
         "row_hash that one of the chains must end in")
      ->type_name("HEX");
  app.add_flag("--json", options->json, "Report as one line of JSON");
  app.footer(
      "The rows may mix chains, and pages may overlap; rows whose sealed content was pruned still count. A "
      "slice\n"
      "that starts after row 1 is checked from its first row's prev_hash on, and the report says so.\n"
      "\n"
      "Example:\n  cogos verify audit --rows pages.jsonl --expect-head \"$HEAD\"");
  runs(app, std::move(options), context, verify_audit);
}

}  // namespace cogos::cli
