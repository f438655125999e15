#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "cogos/result.hpp"

namespace cogos {

/// Hex HMAC-SHA-256 of a response body; the key is the 64 characters of the secret as they were handed out.
[[nodiscard]] std::string response_signature(std::string_view hmac_secret, std::string_view body);

/// Checks X-Cogos-Signature in constant time. Fails with verification_failed.
[[nodiscard]] Result<void> verify_response_signature(std::string_view hmac_secret, std::string_view body,
                                                     std::string_view signature_hex);

/// What an attestation token says (X-Cogos-Attestation).
struct Attestation {
  std::string req_hash;
  std::string resp_hash;
  std::string rev;
  std::string chain_head;  ///< 64 hex; 64 zeros where the key's chain was empty or no key was proved.
  std::string signer_kid;
  std::int64_t ts = 0;  ///< Unix milliseconds.
};

/// The request that a token may be checked against.
struct AttestedRequest {
  std::string method;
  std::string path;  ///< With its query, as sent.
  std::string body;
};

/// First 16 hex digits of the SHA-256 of the public key's PEM text as published.
[[nodiscard]] std::string attestation_kid(std::string_view public_pem);

/// Reads a token without trusting it: one spelling per token, member order and names as specified, `v` 1,
/// `signer` `cogos-api`. Tokens over 4 KiB are refused. Fails with verification_failed.
[[nodiscard]] Result<Attestation> read_attestation(std::string_view token);

/// Checks a token's signature under `public_pem`, that its kid is that key's, and that it speaks of these
/// response bytes and, where given, of this request. Fails with verification_failed and names what differs.
[[nodiscard]] Result<Attestation> verify_attestation(
    std::string_view token, std::string_view public_pem, std::string_view response_body,
    const std::optional<AttestedRequest>& request = std::nullopt);

/// The signature and kid alone, for a token whose response was not kept.
[[nodiscard]] Result<Attestation> verify_attestation_token(std::string_view token,
                                                           std::string_view public_pem);

/// The receipts that a captured event stream brings with it, and what they are of. Views into the capture.
struct StreamReceipt {
  std::string_view body;  ///< The bytes that both receipts cover: all before the receipt itself.
  std::string attestation;
  std::string signature;  ///< Empty where the stream has none.
  std::string finish;     ///< The finish reason, `upstream_error` or `client_closed`.
  bool complete = false;  ///< Whether `[DONE]` follows.
};

/// Finds the receipt of a streamed answer, in a comment or in a last chunk, and checks what can be checked
/// without a key: that nothing but `[DONE]` comes after it, and that only after a whole answer, and that it
/// counts the events before it right. `stream` is the body as received, after chunked decoding, and must
/// outlive the result. Fails with verification_failed.
[[nodiscard]] Result<StreamReceipt> find_stream_receipt(std::string_view stream);

}  // namespace cogos
