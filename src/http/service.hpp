#pragma once

#include "http/exchange.hpp"
#include "http/task.hpp"

namespace cogos::http {

/// What a connection hands each request to.
class Service {
 public:
  Service() = default;
  Service(const Service&) = delete;
  Service& operator=(const Service&) = delete;
  virtual ~Service() = default;

  /// Fills `exchange.response`, whatever happens; does not throw. A response with a stream is finished by
  /// draining or abandoning the stream.
  virtual Task<void> answer(Exchange& exchange) = 0;
};

}  // namespace cogos::http
