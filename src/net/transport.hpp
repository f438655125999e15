#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

#include "net/token.hpp"

struct ssl_ctx_st;
struct ssl_st;

namespace cogos::net {

/// A TCP connection with or without TLS on it. Each operation tries at once and never blocks; where it cannot
/// go on it says what it waits for, and ready() waits. So data that is there costs no round through the event
/// loop. For one strand at a time; sends no SIGPIPE.
class Transport {
 public:
  enum class Outcome : std::uint8_t {
    done,        ///< `bytes` were moved, at least one.
    want_read,   ///< Again, with the same arguments, once bytes can be read.
    want_write,  ///< Again, with the same arguments, once bytes can be written.
    end,         ///< The peer has finished sending (FIN; with TLS its close_notify).
    failed,      ///< Reset, a TLS failure, or with TLS an end without close_notify.
  };
  struct Step {
    Outcome outcome;
    std::size_t bytes = 0;
  };

  /// Takes a connected socket, makes it non-blocking and sets TCP_NODELAY.
  explicit Transport(Socket socket);
  Transport(const Transport&) = delete;
  Transport& operator=(const Transport&) = delete;
  virtual ~Transport() = default;

  /// Must be done before the first read or write; nothing to do without TLS.
  [[nodiscard]] virtual Step handshake() = 0;
  [[nodiscard]] virtual Step read(std::span<char> into) = 0;
  /// `bytes` is not empty. May take a part.
  [[nodiscard]] virtual Step write(std::string_view bytes) = 0;
  /// Tells the peer that nothing more comes (close_notify, then FIN), as far as that goes without waiting.
  virtual void finish() = 0;
  /// Whether read() may have bytes without the socket being readable.
  [[nodiscard]] virtual bool buffered() const = 0;

  /// Waits until `want` (want_read or want_write) is met. False once interrupted, or where the socket failed.
  http::Task<bool> ready(Outcome want);

  /// Ends a wait in progress and any to come, until resume().
  void interrupt() noexcept;
  void resume() noexcept { interrupted_ = false; }
  [[nodiscard]] bool interrupted() const noexcept { return interrupted_; }

  /// Whether the peer has closed or reset its side; bytes that wait to be read do not hide it.
  [[nodiscard]] bool peer_left() const noexcept;
  /// Whether anything, an end included, waits to be read. One system call.
  [[nodiscard]] bool readable() const noexcept;
  /// Reads from the socket itself, past any TLS; for draining before a close.
  [[nodiscard]] Step read_raw(std::span<char> into) noexcept;
  /// Closes without a word to the peer. Idempotent.
  void close() noexcept;

 protected:
  [[nodiscard]] int descriptor() const noexcept { return descriptor_; }
  void send_fin() noexcept;

 private:
  Socket socket_;
  const int descriptor_;
  bool interrupted_ = false;
};

[[nodiscard]] std::unique_ptr<Transport> make_plain_transport(Socket socket);

/// The server's end of TLS under `context`.
[[nodiscard]] std::unique_ptr<Transport> make_tls_server_transport(Socket socket, ssl_ctx_st& context);

/// Reads what is there or waits for it. Outcome done, end or failed; failed too once interrupted.
http::Task<Transport::Step> read_some(Transport& transport, std::span<char> into);

/// False where the peer failed or the transport was interrupted.
http::Task<bool> handshake(Transport& transport);
http::Task<bool> write_all(Transport& transport, std::string_view bytes);

}  // namespace cogos::net
