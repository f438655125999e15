#pragma once

#include <string>
#include <string_view>

#include "base/time.hpp"
#include "http/stage.hpp"

namespace cogos::stages {

/// What browsers are told on every response, whatever its path or status.
class SecurityHeaders final : public http::Dresser {
 public:
  /// `checkout_origin` is the one foreign origin that a form's answer may lead to.
  explicit SecurityHeaders(std::string_view checkout_origin);
  void dress(const http::Exchange& exchange, http::Headers& headers) override;

 private:
  const std::string content_policy_;
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
