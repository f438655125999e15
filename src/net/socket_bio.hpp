#pragma once

#include <openssl/bio.h>

namespace cogos::net {

/// An OpenSSL BIO over a non-blocking socket that it does not own. Unlike OpenSSL's own it never raises
/// SIGPIPE. Null without memory.
[[nodiscard]] BIO* new_socket_bio(int descriptor);

}  // namespace cogos::net
