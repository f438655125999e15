#pragma once

#include "base/time.hpp"
#include "http/stage.hpp"

namespace cogos::stages {

/// What browsers are told on every response, whatever its path or status.
class SecurityHeaders final : public http::Dresser {
 public:
  void dress(const http::Exchange& exchange, http::Headers& headers) override;
};

/// The request's id, the warning on a key in its grace, and no caching of what is one customer's or
/// operator's.
class CallHeaders final : public http::Dresser {
 public:
  explicit CallHeaders(const Clock& clock) : clock_(clock) {}
  void dress(const http::Exchange& exchange, http::Headers& headers) override;

 private:
  const Clock& clock_;
};

}  // namespace cogos::stages
