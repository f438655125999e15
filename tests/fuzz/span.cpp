// Two archived tokens, published keys and rows: a span holds only where every piece was given whole.
#include "cogos/audit_chain.hpp"
#include "fuzz.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace cogos;
  using fuzz::expect;
  // The two tokens and the answer of /attestation/keys, a line each, then rows.
  fuzz::Fields fields(fuzz::text(data, size));
  const auto from = fields.next();
  const auto to = fields.next();
  const auto keys = fields.next();
  const auto report = verify_span(from, to, keys, fields.rest());
  if (!report) {
    const auto code = report.error().code();
    expect(code == ErrorCode::verification_failed || code == ErrorCode::unreadable_input,
           "a refusal is of two kinds");
    expect(!report.error().message().empty(), "a refusal says why");
    return 0;
  }
  expect(report->chain.holds(), "a span lies in a chain that holds");
  expect(report->rows_between <= report->chain.rows, "a span has no rows that were not given");
  return 0;
}
