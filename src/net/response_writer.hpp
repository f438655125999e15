#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/time.hpp"
#include "http/message.hpp"

namespace cogos::net {

/// How the end of a response's body is told (RFC 9112 §6.3).
enum class Framing : std::uint8_t {
  length,       ///< Content-Length.
  chunked,      ///< Transfer-Encoding, with room for trailers.
  until_close,  ///< For a stream to an HTTP/1.0 client.
  bodiless,     ///< No body, and no length either: HEAD, 204, 304.
};

struct HeadOptions {
  Framing framing = Framing::length;
  bool keep_alive = true;
  bool http_1_0 = false;  ///< The client's version; such a client must be told of keep-alive.
  TimePoint date;
};

/// Status line and header section with the empty line. Connection, Content-Length, Transfer-Encoding, Date
/// and Server among the response's own fields are left out: framing is decided here, and no version is told.
void append_head(const http::Response& response, const HeadOptions& options, std::string& out);

/// `piece` is not empty: an empty chunk is the last one.
void append_chunk(std::string_view piece, std::string& out);
void append_last_chunk(const http::Headers& trailers, std::string& out);

/// The IMF-fixdate of RFC 9110 §5.6.7.
[[nodiscard]] std::string http_date(TimePoint time);

}  // namespace cogos::net
