#pragma once

#include <cstddef>
#include <memory>
#include <string_view>

#include "cogos/result.hpp"
#include "http/message.hpp"
#include "net/limits.hpp"

namespace cogos::net {

/// Reads one connection's requests, one after another, from bytes in any portions. HTTP/1.0 and 1.1 (RFC
/// 9112), without what two parsers could read in two ways (§11.2): Content-Length beside Transfer-Encoding or
/// twice, codings other than exactly `chunked`, folded lines, bare CR or LF, controls in values or chunk
/// extensions, none or several Host. Trailer fields are read and dropped. Does no input or output; not
/// thread-safe.
///
/// Failures carry malformed_http, headers_too_large, target_too_long or body_too_large. After one the
/// connection cannot be used any further, as nobody knows where the next request begins.
class RequestParser {
 public:
  enum class Progress : unsigned char { need_more, done };

  /// `limits` must outlive the parser.
  explicit RequestParser(const ConnectionLimits& limits);
  explicit RequestParser(ConnectionLimits&& limits) = delete;
  RequestParser(const RequestParser&) = delete;
  RequestParser& operator=(const RequestParser&) = delete;
  ~RequestParser();

  /// Takes a head off the front of `input` once all of it is there. Until then call it again with the same
  /// bytes and more. On failure `request` holds what was understood.
  [[nodiscard]] Result<Progress> read_head(std::string_view& input, http::Request& request);

  /// What a head that will never be complete says already: the request line and whole header lines.
  void salvage(std::string_view input, http::Request& request);

  /// Takes body bytes off the front of `input` and appends them to `request.body`. Only after read_head is
  /// done; done at once where there is no body. On failure `request.body` is what came before.
  [[nodiscard]] Result<Progress> read_body(std::string_view& input, http::Request& request);

  /// Forgets the request; the next read_head begins another.
  void reset();

  // Of the head that was read.
  [[nodiscard]] bool has_body() const noexcept;
  [[nodiscard]] bool keep_alive() const noexcept;
  [[nodiscard]] bool is_http_1_0() const noexcept;
  /// `Expect: 100-continue` from an HTTP/1.1 client (RFC 9110 §10.1.1).
  [[nodiscard]] bool expects_continue() const noexcept;

 private:
  struct Impl;
  const std::unique_ptr<Impl> impl_;
};

}  // namespace cogos::net
