#pragma once

#include <openssl/ssl.h>

#include <array>
#include <chrono>
#include <cstdint>
#include <mutex>
#include <optional>

#include "base/random.hpp"
#include "base/time.hpp"

namespace cogos::net {

/// The keys of session tickets (RFC 5077 §4: AES-256-CBC, HMAC-SHA256): one that seals new tickets, and the
/// one before it, which only opens. They change with the first ticket after each period, so that a key found
/// in memory opens no older recordings. Safe to use from any thread.
class TicketKeys {
 public:
  static constexpr std::chrono::hours kPeriod{12};

  TicketKeys(const Clock& clock, Random& random);
  TicketKeys(const TicketKeys&) = delete;
  TicketKeys& operator=(const TicketKeys&) = delete;
  ~TicketKeys();

  /// Has `context` use these keys; they must outlive it.
  void serve(SSL_CTX* context);

 private:
  struct Key {
    std::array<std::uint8_t, 16> name;
    std::array<std::uint8_t, 32> aes;
    std::array<std::uint8_t, 32> hmac;
    std::chrono::steady_clock::time_point made;
  };
  struct Lookup {
    Key key;
    bool renew;  // the ticket opens, but a new one is due
  };

  static int on_ticket(SSL* ssl, unsigned char* name, unsigned char* iv, EVP_CIPHER_CTX* cipher,
                       EVP_MAC_CTX* mac, int sealing);

  [[nodiscard]] Key make_key();
  void rotate_if_due();
  [[nodiscard]] Key sealing_key();
  [[nodiscard]] std::optional<Lookup> opening_key(const unsigned char* name);

  const Clock& clock_;
  Random& random_;
  std::mutex mutex_;  // guards the keys
  Key current_;
  std::optional<Key> former_;
};

}  // namespace cogos::net
