#pragma once

#include <string>

#include "base/time.hpp"
#include "crypto/secret.hpp"

namespace cogos::crypto {

struct SelfSigned {
  std::string certificate_pem;
  SecretText private_key_pem;
};

/// A P-256 certificate for `localhost`, 127.0.0.1 and ::1, good for a year, for development. Throws
/// std::runtime_error where OpenSSL cannot.
[[nodiscard]] SelfSigned make_localhost_certificate(TimePoint now);

}  // namespace cogos::crypto
