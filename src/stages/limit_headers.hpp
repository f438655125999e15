#pragma once

#include "http/stage.hpp"

namespace cogos::stages {

/// Where the caller stands with its limits, on responses under /v1 (docs/limits.md): the requests a minute as
/// OpenAI's clients expect them, on each response; the quotas on those of metered routes.
class LimitHeaders final : public http::Dresser {
 public:
  void dress(const http::Exchange& exchange, http::Headers& headers) override;
};

}  // namespace cogos::stages
