#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "cogos/result.hpp"
#include "http/cancellation.hpp"
#include "http/task.hpp"

namespace cogos::http {

/// A request to an upstream.
struct OutgoingRequest {
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
};

}  // namespace cogos::http
