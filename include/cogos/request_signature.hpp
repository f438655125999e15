#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "cogos/result.hpp"

namespace cogos {

/// A request to be signed with Authorization: CogOS-Ed25519.
struct SignableRequest {
  std::string method;
  std::string path;  ///< With its query, exactly as it will be sent.
  std::string body;
  std::int64_t ts = 0;  ///< Unix milliseconds.
  std::string nonce;    ///< Empty for none; else at most 64 of A-Za-z0-9_-.
};

/// The value of the Authorization header. `private_pem` is an Ed25519 PKCS#8 PEM. Fails with unreadable_input
/// where the key or the nonce is not acceptable.
[[nodiscard]] Result<std::string> sign_request(const SignableRequest& request, std::string_view key_id,
                                               std::string_view private_pem);

}  // namespace cogos
