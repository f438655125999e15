#pragma once

#include <memory>
#include <mutex>
#include <string>

#include "base/random.hpp"
#include "base/time.hpp"
#include "cogos/result.hpp"

struct ssl_ctx_st;  // OpenSSL's SSL_CTX; its headers stay out of ours

namespace cogos::net {

class TicketKeys;

/// Where the server's certificate lies: PEM, the leaf first and then its intermediates; the key unencrypted.
struct TlsFiles {
  std::string certificate;
  std::string private_key;
};

/// The TLS settings that new connections are taken under: 1.2 and 1.3, ECDHE with AEAD suites, X25519 and
/// P-256, ALPN `http/1.1`, no compression, no renegotiation. Sessions resume by ticket (RFC 5077, RFC 8446
/// §4.6.1); ticket keys are made here, change every twelve hours and survive a reload. Safe to use from any
/// thread.
class TlsContexts {
 public:
  /// Fails with unreadable_input; the message names the file at fault and what to do. `clock` and `random`
  /// must outlive the contexts, and these every connection.
  [[nodiscard]] static Result<std::unique_ptr<TlsContexts>> load(TlsFiles files, const Clock& clock,
                                                                 Random& random);

  TlsContexts(const TlsContexts&) = delete;
  TlsContexts& operator=(const TlsContexts&) = delete;
  ~TlsContexts();

  /// Reads both files again. On failure the former certificate stays in force. Connections that are open keep
  /// the one they began with.
  [[nodiscard]] Result<void> reload();

  /// Never null.
  [[nodiscard]] std::shared_ptr<ssl_ctx_st> current() const;

 private:
  TlsContexts(TlsFiles files, std::unique_ptr<TicketKeys> tickets);

  const TlsFiles files_;
  const std::unique_ptr<TicketKeys> tickets_;
  mutable std::mutex mutex_;  // guards current_
  std::shared_ptr<ssl_ctx_st> current_;
};

}  // namespace cogos::net
