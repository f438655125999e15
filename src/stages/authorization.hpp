#pragma once

#include <string_view>

#include "cogos/result.hpp"
#include "http/headers.hpp"
#include "keys/keyring.hpp"

namespace cogos::stages {

/// The one Authorization field of a request: what comes before its first space and what comes after. Views
/// into the headers.
struct Authorization {
  std::string_view scheme;
  std::string_view parameters;
};

/// Fails with missing_credentials where there is none or more than one.
[[nodiscard]] Result<Authorization> read_authorization(const http::Headers& headers);

/// Whether that is a bearer credential (RFC 6750 §2.1), of whatever form.
[[nodiscard]] bool is_bearer(const Authorization& given) noexcept;

/// The key that these characters are, admitted or not; null where they are no key's.
[[nodiscard]] keys::KeyringSnapshot::Key find_bearer(const keys::Keyring& keyring, std::string_view key);

}  // namespace cogos::stages
