#include "checkout/stripe_signature.hpp"

#include <chrono>
#include <optional>
#include <vector>

#include "base/encoding.hpp"
#include "crypto/hash.hpp"

namespace cogos::checkout {
namespace {

/// A header has three elements as a rule.
constexpr std::size_t kMaxHeader = 2048;
constexpr std::size_t kMaxElements = 16;
/// 9999-12-31T23:59:59Z.
constexpr std::uint64_t kLastSecond = 253'402'300'799;

struct Parsed {
  std::string_view time;  // as signed
  std::int64_t seconds = 0;
  std::vector<crypto::Digest> signatures;
};

std::optional<Parsed> parse(std::string_view header) {
  if (header.size() > kMaxHeader) return std::nullopt;
  Parsed parsed;
  for (std::size_t elements = 0; !header.empty(); ++elements) {
    if (elements == kMaxElements) return std::nullopt;
    const auto element = header.substr(0, header.find(','));
    header.remove_prefix(std::min(element.size() + 1, header.size()));
    const auto equals = element.find('=');
    if (equals == std::string_view::npos) return std::nullopt;
    const auto name = element.substr(0, equals);
    const auto value = element.substr(equals + 1);
    if (name == "t") {
      const auto seconds = base::parse_decimal(value, kLastSecond);
      if (!seconds || !parsed.time.empty()) return std::nullopt;
      parsed.time = value;
      parsed.seconds = static_cast<std::int64_t>(*seconds);
    } else if (name == "v1") {
      const auto digest = base::fixed<32>(base::from_hex(value));
      if (!digest) return std::nullopt;
      parsed.signatures.push_back(*digest);
    }
  }
  if (parsed.time.empty() || parsed.signatures.empty()) return std::nullopt;
  return parsed;
}

}  // namespace

Result<void> verify_stripe_signature(std::string_view header, std::string_view body,
                                     const crypto::SecretText& secret, TimePoint now) {
  const auto parsed = parse(header);
  if (!parsed) {
    return Error(ErrorCode::invalid_request,
                 "Stripe-Signature is not of the form `t=<seconds>,v1=<64 hex digits>`")
        .with_param("Stripe-Signature");
  }
  crypto::HmacSha256 hmac(as_bytes(secret.reveal()));
  hmac.update(as_bytes(parsed->time));
  hmac.update(as_bytes("."));
  hmac.update(as_bytes(body));
  const crypto::Digest expected = hmac.finish();
  unsigned matching = 0;
  for (const crypto::Digest& signature : parsed->signatures) {
    matching += static_cast<unsigned>(crypto::equal_secrets(signature, expected));
  }
  if (matching == 0) {
    return Error(ErrorCode::invalid_request, "the signature is not of this body under this endpoint's secret")
        .with_param("Stripe-Signature");
  }
  const auto apart = std::chrono::abs(now - from_unix_ms(parsed->seconds * 1000));
  if (apart > kSignatureTolerance) {
    return Error(ErrorCode::invalid_request,
                 "the signature's time is more than 300 s from the server's; send the event anew")
        .with_param("Stripe-Signature");
  }
  return {};
}

}  // namespace cogos::checkout
