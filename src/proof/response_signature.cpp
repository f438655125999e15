#include "base/encoding.hpp"
#include "cogos/receipt.hpp"
#include "crypto/hash.hpp"
#include "crypto/secret.hpp"

namespace cogos {

std::string response_signature(std::string_view hmac_secret, std::string_view body) {
  return base::to_hex(crypto::hmac_sha256(as_bytes(hmac_secret), as_bytes(body)));
}

Result<void> verify_response_signature(std::string_view hmac_secret, std::string_view body,
                                       std::string_view signature_hex) {
  const std::string expected = response_signature(hmac_secret, body);
  if (!crypto::equal_secrets(as_bytes(expected), as_bytes(signature_hex))) {
    return Error(
        ErrorCode::verification_failed,
        "the HMAC signature does not fit this body and secret: the body was altered, or the secret is "
        "another key's");
  }
  return {};
}

}  // namespace cogos
