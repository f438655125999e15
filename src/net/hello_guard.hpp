#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace cogos::net {

/// Looks at a TLS handshake from outside and objects to a ClientHello that says it is longer than any real
/// one. OpenSSL believes the length (up to 128 KiB) as soon as it has read it, and a few bytes from each of
/// many clients would make it hold as much for each. Looks at the first hello, and at the second one where
/// the server asked for it (HelloRetryRequest, RFC 8446 §4.1.4); at nothing afterwards. Not thread-safe.
class HelloGuard {
 public:
  /// OpenSSL has a buffer of this size for every handshake anyhow.
  static constexpr std::size_t kLongest = 16 * 1024;

  /// Bytes from the client, in any portions. False where they begin a hello that is too long.
  [[nodiscard]] bool received(std::span<const std::uint8_t> bytes) noexcept;
  /// Bytes for the client.
  void sent(std::span<const std::uint8_t> bytes) noexcept;

 private:
  std::array<std::uint8_t, 5> record_{};   // type, version, length
  std::array<std::uint8_t, 4> message_{};  // type, length
  std::size_t record_seen_ = 0;
  std::size_t message_seen_ = 0;
  std::size_t record_left_ = 0;
  std::size_t message_left_ = 0;
  bool looking_ = true;
  bool answered_ = false;
};

}  // namespace cogos::net
