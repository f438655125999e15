// Rows given to the verifier, and envelopes: nothing that is not a chain holds by accident, nothing crashes.
#include "cogos/audit_chain.hpp"
#include "cogos/sealed_envelope.hpp"
#include "fuzz.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using cogos::fuzz::expect;
  const auto text = cogos::fuzz::text(data, size);
  constexpr const char* kKey =
      "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VuBCIEICQ0BGbU4QU1a/CHfC/fXupR2K7gm1+zIO/ED4ObSjhN\n"
      "-----END PRIVATE KEY-----\n";
  cogos::ChainVerifier verifier;
  const bool held = verifier.add(text);
  expect(held == verifier.report().holds(), "the report says what add() said");
  expect(!held || verifier.report().rows == 1, "a row that holds is counted");
  if (const auto report = cogos::verify_rows(text)) {
    for (const auto& chain : report->chains)
      expect(chain.holds() || !chain.broken->reason.empty(), "a break has a reason");
  }
  static_cast<void>(cogos::unseal_rows(text, kKey));
  static_cast<void>(cogos::open_envelope(text, kKey, "acme", "_default", "2026-11-23T20:00:00.123Z"));
  return 0;
}
