#pragma once

#include <string>
#include <string_view>

#include "cogos/result.hpp"

namespace cogos {

/// Opens one sealed envelope with the customer's X25519 private key (PKCS#8 PEM). `envelope_json` is the
/// `sealed_content` of the row whose tenant, app and `ts` are given: an envelope does not open in another
/// row. Gives the plaintext. Fails with verification_failed (altered, or sealed to another key) or
/// unreadable_input (the key's PEM).
[[nodiscard]] Result<std::string> open_envelope(std::string_view envelope_json, std::string_view private_pem,
                                                std::string_view tenant_id, std::string_view app_id,
                                                std::string_view ts);

}  // namespace cogos
