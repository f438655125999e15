#include <ostream>
#include <string>

#include "cli/command.hpp"
#include "cli/inputs.hpp"
#include "cli/report.hpp"
#include "cogos/audit_chain.hpp"

namespace cogos::cli {
namespace {

struct SpanOptions {
  std::string from;
  std::string to;
  std::string public_keys;
  std::string rows;
  bool json = false;
};

Result<SpanReport> check(const SpanOptions& options, CommandContext& context) {
  Inputs inputs(context.in);
  const auto from = inputs.read_word(options.from);
  if (!from) return from.error();
  const auto to = inputs.read_word(options.to);
  if (!to) return to.error();
  // Not a key's size: the answer of /attestation/keys grows with every start of the server.
  const auto keys = inputs.read(options.public_keys, kMaxBodyFile);
  if (!keys) return keys.error();
  const auto rows = inputs.read(options.rows, kMaxRowsFile);
  if (!rows) return rows.error();
  return verify_span(*from, *to, *keys, *rows);
}

void print_yes(const SpanOptions& options, const SpanReport& span, CommandContext& context) {
  // Two receipts over one head have no rows between them, and so no chain to report on.
  const bool chain_seen = !span.chain.tenant_id.empty();
  if (options.json) {
    print_json(context, {{"holds", true},
                         {"from_head", span.from_head},
                         {"to_head", span.to_head},
                         {"rows_between", span.rows_between},
                         {"chain", chain_seen ? to_json(span.chain) : Json(nullptr)}});
    return;
  }
  context.out << "holds: rows between the two receipts: " << span.rows_between << '\n';
  if (chain_seen) context.out << in_words(span.chain) << '\n';
}

int verify_span_command(const SpanOptions& options, CommandContext& context) {
  const auto span = check(options, context);
  if (span) {
    print_yes(options, *span, context);
    return kDone;
  }
  if (exit_code_of(span.error()) != kAnswerIsNo) return refuse(context, span.error());
  if (options.json) {
    print_json(context, {{"holds", false}, {"problem", span.error().message()}});
  } else {
    context.out << "FAILS: " << printable(span.error().message()) << '\n';
  }
  return kAnswerIsNo;
}

}  // namespace

void add_verify_span(CLI::App& parent, CommandContext& context) {
  CLI::App& app =
      *parent.add_subcommand("span", "Check that the chain was not rewritten between two receipts you kept");
  auto options = std::make_shared<SpanOptions>();
  app.add_option("--from", options->from, "The earlier X-Cogos-Attestation, one token")
      ->type_name("FILE")
      ->required();
  app.add_option("--to", options->to, "The later one")->type_name("FILE")->required();
  app.add_option("--public-keys", options->public_keys, "The answer of /attestation/keys, or one PEM")
      ->type_name("FILE")
      ->required();
  app.add_option("--rows", options->rows, "An array of rows, or answers of GET /v1/audit, one JSON a line")
      ->type_name("FILE")
      ->required();
  app.add_flag("--json", options->json, "Report as one line of JSON");
  app.footer(
      "Both tokens must hold, the rows must hold as a chain, and every row from the one's chain head to the\n"
      "other's must be there.\n"
      "\n"
      "Example:\n  cogos verify span --from january.token --to june.token --public-keys keys.json --rows "
      "pages.jsonl");
  runs(app, std::move(options), context, verify_span_command);
}

}  // namespace cogos::cli
