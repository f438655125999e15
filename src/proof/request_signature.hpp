#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/bytes.hpp"
#include "base/spent_signature.hpp"
#include "cogos/result.hpp"

namespace cogos::proof {

inline constexpr std::string_view kSignatureScheme = "CogOS-Ed25519";
/// How far a request's ts may lie from the server's clock, either way.
inline constexpr std::int64_t kSignatureWindowMs = 300'000;

/// The parameters of `Authorization: CogOS-Ed25519 …`.
struct RequestSignature {
  std::string key_id;
  ByteArray<64> signature{};
  std::int64_t ts = 0;
  std::string nonce;
};

/// Reads what follows the scheme's name: keyId, sig and ts once each, an optional nonce, in any order, spaces
/// after commas. Anything else fails with missing_credentials (the header is malformed).
[[nodiscard]] Result<RequestSignature> parse_request_signature(std::string_view parameters);

/// What is kept of a signature that was accepted.
[[nodiscard]] SpentSignature spend(const RequestSignature& signature) noexcept;

/// The bytes that the signature covers (wire formats §2).
[[nodiscard]] std::string signed_text(std::string_view method, std::string_view path, std::int64_t ts,
                                      std::string_view body_sha256_hex, std::string_view nonce);

}  // namespace cogos::proof
