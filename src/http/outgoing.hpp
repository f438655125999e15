#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/wipe.hpp"
#include "cogos/result.hpp"
#include "http/cancellation.hpp"
#include "http/headers.hpp"
#include "http/task.hpp"

namespace cogos::http {

/// A request to an upstream. Its headers may hold a key, so their values are overwritten when it goes.
struct OutgoingRequest {
  OutgoingRequest() = default;
  OutgoingRequest(const OutgoingRequest&) = default;
  OutgoingRequest& operator=(const OutgoingRequest&) = delete;
  ~OutgoingRequest() {
    for (auto& [name, value] : headers) base::wipe(value);
  }

  std::string method = "GET";
  std::string url;  ///< Absolute; `http` or `https`.
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
  std::chrono::milliseconds timeout{60'000};  ///< For the whole exchange, connecting included.
  std::size_t max_response_bytes = 8U << 20U;
};

struct OutgoingResponse {
  int status = 0;
  std::string content_type;
  std::string body;
  Headers headers = {};  ///< All fields of the head; trailers are not kept.
};

/// A response whose body comes in pieces. For the strand that opened it; destroying it before its end ends
/// the call, and closes the connection.
class OutgoingStream {
 public:
  OutgoingStream() = default;
  OutgoingStream(const OutgoingStream&) = delete;
  OutgoingStream& operator=(const OutgoingStream&) = delete;
  virtual ~OutgoingStream() = default;

  [[nodiscard]] virtual int status() const noexcept = 0;
  /// The body's next bytes in `piece`, or false at its end. Nothing is read from the upstream between two
  /// calls, so whoever is slow holds it back. Fails as HttpClient::send does, and then for good.
  virtual Task<Result<bool>> next(std::string& piece) = 0;
};

/// Calls upstreams. Safe to use from any number of strands.
class HttpClient {
 public:
  HttpClient() = default;
  HttpClient(const HttpClient&) = delete;
  HttpClient& operator=(const HttpClient&) = delete;
  virtual ~HttpClient() = default;

  /// Any status that arrives whole is a success here. Fails with upstream_error (unreachable, refused, TLS
  /// not verified, cut short, too large, not HTTP: the message says which), upstream_timeout,
  /// overloaded where too many calls go on already, or client_closed once `cancellation` was requested.
  /// Redirects are not followed.
  virtual Task<Result<OutgoingResponse>> send(const OutgoingRequest& request, Cancellation& cancellation) = 0;

  /// The same up to the head of the response. The request's timeout is for the head, and anew for each wait
  /// for more of the body: a long answer may take longer, one that stalls may not. `cancellation` and the
  /// client must outlive the stream.
  virtual Task<Result<std::unique_ptr<OutgoingStream>>> open(const OutgoingRequest& request,
                                                             Cancellation& cancellation) = 0;
};

}  // namespace cogos::http
