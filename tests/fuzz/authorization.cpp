// The Authorization header's parameters: a signature that is read can be verified without a crash.
#include "fuzz.hpp"
#include "proof/request_signature.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using cogos::fuzz::expect;
  const auto parsed = cogos::proof::parse_request_signature(cogos::fuzz::text(data, size));
  if (!parsed) {
    expect(parsed.error().code() == cogos::ErrorCode::missing_credentials, "a refusal is a 401, never a 500");
    return 0;
  }
  expect(!parsed->key_id.empty() && parsed->key_id.size() <= 64, "a key id is bounded");
  expect(parsed->nonce.size() <= 64, "a nonce is bounded");
  expect(parsed->ts >= 0, "a time has no sign");
  return 0;
}
