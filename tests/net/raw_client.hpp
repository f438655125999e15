#pragma once

#include <openssl/ssl.h>

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace cogos::net::test {

/// A response as it came over the wire.
struct RawResponse {
  int status = 0;
  std::string head;
  std::map<std::string, std::string> headers;  // names in lower case
  std::string body;
  std::map<std::string, std::string> trailers;
};

/// A blocking connection to 127.0.0.1 that sends exactly the bytes it is given, with or without TLS. Every
/// read gives up after twenty seconds, so that a test fails rather than hangs.
class RawClient {
 public:
  explicit RawClient(std::uint16_t port, int receive_buffer = 0);
  RawClient(const RawClient&) = delete;
  RawClient& operator=(const RawClient&) = delete;
  ~RawClient();

  /// Puts TLS on; false where the handshake fails. `session` is offered for resumption if not null.
  bool secure(const std::function<void(SSL_CTX*)>& adjust = {}, SSL_SESSION* session = nullptr);
  [[nodiscard]] SSL* ssl() const noexcept { return ssl_; }
  /// Tickets come with the first response.
  [[nodiscard]] SSL_SESSION* session() const { return SSL_get1_session(ssl_); }
  [[nodiscard]] std::string server_common_name() const;

  bool send(std::string_view bytes);
  /// The next response; nothing at the end of the connection or after an interim's failure.
  std::optional<RawResponse> receive(bool to_head = false);
  /// Reads what is there or waits for it, without TLS; how much that was, `most` at most, and 0 at the end.
  std::size_t take_some(std::size_t most);
  /// True once the server has closed and nothing was left to read.
  bool at_end();
  /// All bytes to the end.
  std::string rest();
  void close();

 private:
  bool read_more();
  std::optional<std::string> read_line();
  bool read_exactly(std::size_t size, std::string& out);
  bool read_fields(std::map<std::string, std::string>& fields, std::string* text);

  int descriptor_ = -1;
  SSL_CTX* context_ = nullptr;
  SSL* ssl_ = nullptr;
  std::string unread_;
};

}  // namespace cogos::net::test
