#include <ostream>
#include <string>

#include "base/json.hpp"
#include "base/object_writer.hpp"
#include "cli/command.hpp"
#include "cli/inputs.hpp"
#include "cli/report.hpp"
#include "cogos/audit_chain.hpp"

namespace cogos::cli {
namespace {

struct UnsealOptions {
  std::string rows;
  std::string key;
};

/// The line for one row; fails where the content is no JSON, which whoever knows the public key could seal.
Result<std::string> line_for(const UnsealedRow& row) {
  const auto content = canonicalize_json(row.content);
  if (!content) return Error(ErrorCode::verification_failed, "its content is not JSON");
  std::string line;
  base::ObjectWriter object(line);
  object.text("app_id", row.app_id);
  object.raw("content", *content);
  object.number("seq", row.seq);
  object.text("tenant_id", row.tenant_id);
  object.close();
  return line;
}

void report(const UnsealedRow& row, const std::string& problem, CommandContext& context) {
  complain(context, row.tenant_id + "/" + row.app_id + " seq " + std::to_string(row.seq) + ": " + problem);
}

/// False where the row should have opened and did not.
bool print(const UnsealedRow& row, CommandContext& context) {
  if (!row.problem.empty()) {
    report(row, row.problem, context);
    return row.problem == "pruned";
  }
  const auto line = line_for(row);
  if (!line) {
    report(row, line.error().message(), context);
    return false;
  }
  context.out << *line << '\n';
  return true;
}

int unseal(const UnsealOptions& options, CommandContext& context) {
  Inputs inputs(context.in);
  const auto key = inputs.read_secret(options.key);
  if (!key) return refuse(context, key.error());
  const auto rows = inputs.read(options.rows, kMaxRowsFile);
  if (!rows) return refuse(context, rows.error());
  const auto opened = unseal_rows(*rows, key->reveal());
  if (!opened) return refuse(context, opened.error());
  int code = kDone;
  for (const UnsealedRow& row : *opened) {
    if (!print(row, context)) code = kAnswerIsNo;
  }
  return code;
}

}  // namespace

void add_unseal(CLI::App& parent, CommandContext& context) {
  CLI::App& app =
      *parent.add_subcommand("unseal", "Open the sealed content of your audit rows: one line of JSON a row");
  auto options = std::make_shared<UnsealOptions>();
  app.add_option("--rows", options->rows, "An array of rows, or answers of GET /v1/audit, one JSON a line")
      ->type_name("FILE")
      ->required();
  app.add_option("--key", options->key, "X25519 private key, PKCS#8")->type_name("PEMFILE")->required();
  app.footer(
      "Rows that do not open are reported on standard error, and the exit code is 1; pruned ones are "
      "reported\n"
      "only. This does not check the chain: `cogos verify audit` does.\n"
      "\n"
      "Example:\n  cogos unseal --rows pages.jsonl --key sealing.pem > opened.jsonl");
  runs(app, std::move(options), context, unseal);
}

}  // namespace cogos::cli
