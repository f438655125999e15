#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "http/body_stream.hpp"
#include "http/headers.hpp"

namespace cogos::http {

/// A request as it arrived, with its framing removed.
struct Request {
  std::string method;  ///< As sent; methods are case-sensitive (RFC 9110 §9.1).
  std::string target;  ///< Path with query exactly as sent: signatures and receipts cover these bytes.
  Headers headers;
  std::string body;
  bool body_complete = true;  ///< False where the body was not read to its end; `body` is empty then.

  /// `target` up to its query. No percent-decoding: a route has one spelling.
  [[nodiscard]] std::string_view path() const noexcept {
    return std::string_view(target).substr(0, target.find('?'));
  }
  /// What follows the first `?`; empty without one.
  [[nodiscard]] std::string_view query() const noexcept {
    const auto mark = target.find('?');
    return mark == std::string::npos ? std::string_view{} : std::string_view(target).substr(mark + 1);
  }
};

/// A response before its framing. `stream`, where set, brings the body in place of `body`.
struct Response {
  Response() = default;
  Response(const Response&) = delete;
  Response& operator=(const Response&) = delete;
  Response(Response&& other) noexcept;
  Response& operator=(Response&& other) noexcept;
  ~Response() { wipe(); }

  int status = 200;
  Headers headers;
  std::string body;
  std::unique_ptr<BodyStream> stream;
  /// The body holds credentials: its bytes are overwritten when it goes, whether it was sent, gave way to
  /// another answer or lost its connection. Whoever copies them wipes the copy.
  bool secret = false;

  /// Overwrites and empties a secret body, its unused capacity included.
  void wipe() noexcept;
};

/// Whether `path` is `root` or lies below it: ("/v1", "/v1/models") but not ("/v1", "/v10").
[[nodiscard]] inline bool is_under(std::string_view path, std::string_view root) noexcept {
  return path.starts_with(root) && (path.size() == root.size() || path[root.size()] == '/');
}

/// Whether responses to `target` carry receipts: those under /v1, and those to requests so malformed that no
/// target could be read.
[[nodiscard]] inline bool carries_receipts(const Request& request) noexcept {
  return request.target.empty() || is_under(request.path(), "/v1");
}

}  // namespace cogos::http
