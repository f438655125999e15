#pragma once

#include <openssl/bio.h>

namespace cogos::net {

/// An OpenSSL BIO over a non-blocking socket that it does not own. Unlike OpenSSL's own it never raises
/// SIGPIPE. Null without memory. With `guards_hello`, which is for a server, a HelloGuard watches the
/// handshake and reading fails where it objects.
[[nodiscard]] BIO* new_socket_bio(int descriptor, bool guards_hello);

/// How often the BIO reads from the socket until the next call of this; afterwards it says that nothing is
/// there. OpenSSL goes on reading as long as it can while nothing for the application comes, so a peer that
/// sends only renegotiation requests or alerts would keep the thread.
void allow_reads(BIO* bio, int count) noexcept;

}  // namespace cogos::net
