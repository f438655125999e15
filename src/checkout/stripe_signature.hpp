#pragma once

#include <string_view>

#include "base/time.hpp"
#include "cogos/result.hpp"
#include "crypto/secret.hpp"

namespace cogos::checkout {

/// How far the time of a signature may lie from ours, either way.
inline constexpr std::chrono::seconds kSignatureTolerance{300};

/// Whether `header`, the value of Stripe-Signature, was made over `body` with `secret`:
/// `t=<Unix seconds>,v1=<hex of HMAC-SHA256(secret, t "." body)>`. There are several `v1` while a secret is
/// exchanged, of which one must hold; elements of other schemes are passed over. All are compared, each in
/// constant time. Fails with invalid_request and tells a wrong signature from a time that is too far away,
/// which only who holds the secret can learn.
[[nodiscard]] Result<void> verify_stripe_signature(std::string_view header, std::string_view body,
                                                   const crypto::SecretText& secret, TimePoint now);

}  // namespace cogos::checkout
