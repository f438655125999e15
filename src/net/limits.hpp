#pragma once

#include <chrono>
#include <cstddef>

namespace cogos::net {

/// What one connection may take of the server. All are positive.
struct ConnectionLimits {
  std::size_t max_header_bytes = 16 * 1024;  ///< Request line and header fields together; beyond it 431.
  std::size_t max_target_bytes = 8 * 1024;   ///< Beyond it 414.
  std::size_t max_body_bytes = 1024 * 1024;  ///< Beyond it 413.
  /// For the TLS handshake, and for a head from its first byte to its last; beyond it 408.
  std::chrono::milliseconds header_timeout{10'000};
  /// For a body, from the end of the head; beyond it 408.
  std::chrono::milliseconds request_timeout{30'000};
  /// Between two requests; the connection is closed without a word then.
  std::chrono::milliseconds idle_timeout{60'000};
  /// Without one byte of a response accepted by the client; the connection is cut then.
  std::chrono::milliseconds write_timeout{30'000};
  /// Bytes a second that a client accepts on the whole, once write_timeout is over; a slower one is cut.
  std::size_t min_write_rate = 8 * 1024;
  /// How often a client is checked for having left while its request is being answered.
  std::chrono::milliseconds presence_interval{100};
};

}  // namespace cogos::net
