#pragma once

#include <string>
#include <string_view>

#include "base/time.hpp"
#include "crypto/ed25519.hpp"

namespace cogos::proof {

/// What the server attests of one response.
struct AttestedCall {
  std::string_view method;
  std::string_view path;             ///< With its query, as sent.
  std::string_view request_sha256;   ///< Hex, of the request body.
  std::string_view response_sha256;  ///< Hex, of the response body.
  std::string_view chain_head;       ///< 64 hex.
  TimePoint ts;
};

/// Holds the process's attestation key and signs tokens and chain heads with it; the two uses are kept apart
/// by their texts: a token's starts with `{`, a chain head's with `cogos/chain-head/v1`. Thread-safe.
class AttestationSigner {
 public:
  AttestationSigner(crypto::Ed25519PrivateKey key, std::string rev);

  [[nodiscard]] const std::string& kid() const noexcept { return kid_; }
  [[nodiscard]] const std::string& rev() const noexcept { return rev_; }
  [[nodiscard]] const std::string& public_pem() const noexcept { return public_pem_; }
  /// Hex SHA-256 of the SPKI DER, as the `_operator` chain records it.
  [[nodiscard]] const std::string& public_key_sha256() const noexcept { return public_key_sha256_; }

  /// `b64url(payload).b64url(signature)`; about 15 µs.
  [[nodiscard]] std::string token(const AttestedCall& call) const;
  /// b64 signature over the text that GET /v1/audit/chain-head documents.
  [[nodiscard]] std::string sign_chain_head(std::string_view tenant_id, std::string_view app_id,
                                            std::uint64_t height, std::string_view head_hash,
                                            std::string_view as_of) const;

 private:
  crypto::Ed25519PrivateKey key_;
  std::string rev_;
  std::string public_pem_;
  std::string kid_;
  std::string public_key_sha256_;
};

}  // namespace cogos::proof
