// What comes to the payment provider's webhook: a header, a line end, a body. Nothing that is made up gets
// through the signature, and of what would be signed a body is read or refused.
#include "base/encoding.hpp"
#include "checkout/stripe_event.hpp"
#include "checkout/stripe_signature.hpp"
#include "crypto/hash.hpp"
#include "fuzz.hpp"

namespace {

using namespace cogos;

constexpr std::int64_t kNow = 1767225600;

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using fuzz::expect;
  const std::string_view text = fuzz::text(data, size);
  const std::string_view header = text.substr(0, text.find('\n'));
  const std::string_view body = text.substr(std::min(header.size() + 1, text.size()));
  const crypto::SecretText secret(std::string("whsec_of_the_fuzzer"));
  const auto forged = checkout::verify_stripe_signature(header, body, secret, from_unix_ms(kNow * 1000));
  expect(!forged && forged.error().code() == ErrorCode::invalid_request, "nobody guesses a signature");

  const std::string covered = std::to_string(kNow) + "." + std::string(body);
  const crypto::Digest digest = crypto::hmac_sha256(as_bytes(secret.reveal()), as_bytes(covered));
  const std::string good = "t=" + std::to_string(kNow) + ",v1=" + base::to_hex(digest);
  expect(checkout::verify_stripe_signature(good, body, secret, from_unix_ms(kNow * 1000)).has_value(),
         "what was signed holds");

  const auto event = checkout::read_stripe_event(body);
  if (!event) {
    expect(event.error().code() == ErrorCode::invalid_request, "a refusal is a 400, never a 500");
    return 0;
  }
  expect(checkout::is_stripe_id(event->id), "an event has an id");
  if (const auto* session = std::get_if<checkout::CheckoutSession>(&event->news)) {
    expect(session->paid && session->subscription_id, "a checkout that counts was paid");
    expect(checkout::is_sign_up_tenant(session->tenant_id) && checkout::is_session_id(session->id),
           "and is ours");
  }
  if (const auto* report = std::get_if<checkout::SubscriptionReport>(&event->news)) {
    expect(checkout::is_stripe_id(report->subscription_id), "a report names a subscription");
  }
  return 0;
}
