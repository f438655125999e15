// Bodies of POST /admin/keys: a key is made to order or refused as the caller's fault; what is made can be
// used.
#include "api/key_order.hpp"

#include "api/json_io.hpp"
#include "fuzz.hpp"
#include "support/counting_random.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace cogos;
  using fuzz::expect;
  static test::CountingRandom random;
  static const keys::KeyringSnapshot snapshot({}, keys::seed_packages());
  static const keys::Dek dek(crypto::Secret<32>{});
  constexpr auto kNow = from_unix_ms(1763900000000);
  const auto expect_400 = [](const Error& error) {
    expect(error_info(error.code()).http_status == 400, "a refusal is a 400, never a 500");
    expect(!error.message().empty(), "a refusal says why");
  };

  http::Request request;
  request.body = fuzz::text(data, size);
  const auto body = api::read_object(request);
  if (!body) return expect_400(body.error()), 0;
  const auto order = api::read_key_order(*body, snapshot, kNow);
  if (!order) return expect_400(order.error()), 0;
  const auto minted = keys::mint(*order, kNow, dek, random);
  if (!minted) return expect_400(minted.error()), 0;
  expect(keys::standing(minted->record, kNow) == keys::Standing::active, "a new key is active");
  expect(minted->record.sealing_key.has_value(), "a new key can be sealed to");
  expect(minted->record.bearer_sha256.has_value() != minted->record.signing_key.has_value(),
         "one scheme a key");
  expect(!order->signing_public_pem || minted->signing_private_pem.empty(),
         "the server has no half of your key");
  expect(dek.open_hmac(minted->record.key_id, minted->record.hmac_secret).has_value(), "its secret opens");
  return 0;
}
