#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "http/outgoing.hpp"

namespace cogos::net {

/// Reads one response from bytes in any portions; interim (1xx) responses are passed over. Does no input or
/// output; not thread-safe.
class ResponseParser {
 public:
  enum class State : std::uint8_t {
    need_more,
    done,
    not_http,   ///< Not a response of HTTP/1.x.
    too_large,  ///< Head over 64 KiB, or body over the bound.
  };

  /// `to_head`: the request was a HEAD, so no body follows whatever the fields say.
  ResponseParser(std::size_t max_body_bytes, bool to_head);
  ResponseParser(const ResponseParser&) = delete;
  ResponseParser& operator=(const ResponseParser&) = delete;
  ~ResponseParser();

  /// Takes what it can off the front of `input`. Call it again with what is left and more. What is left after
  /// State::done does not belong to this response.
  [[nodiscard]] State read(std::string_view& input);
  /// The peer has ended its side: done where that is how the response ends, else need_more still.
  [[nodiscard]] State end_of_input();

  /// Of a response that is done: whether another may follow on this connection.
  [[nodiscard]] bool keep_alive() const noexcept;
  /// Whether the head of the response is complete, interim ones not counted.
  [[nodiscard]] bool has_head() const noexcept;
  [[nodiscard]] int status() const noexcept;
  /// What has arrived of the body and was not taken before; moves it out.
  [[nodiscard]] std::string take_body();
  /// Complete once done, but for what take_body() took; moves it out.
  [[nodiscard]] http::OutgoingResponse take();

 private:
  struct Impl;
  const std::unique_ptr<Impl> impl_;
};

}  // namespace cogos::net
