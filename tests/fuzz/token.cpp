// Attestation tokens: one that reads has hashes of their length, and none of them verifies under a key that
// did not sign it.
#include "cogos/receipt.hpp"
#include "fuzz.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using cogos::fuzz::expect;
  const auto token = cogos::fuzz::text(data, size);
  static_cast<void>(cogos::read_attestation(token));
  constexpr const char* kStranger =
      "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEAPUAXw+hDiVqStwqnTRt+vJyYLM8uxJaMwM1V8Sr0Zgw=\n"
      "-----END PUBLIC KEY-----\n";
  expect(!cogos::verify_attestation_token(token, kStranger), "no token verifies under a stranger's key");
  return 0;
}
