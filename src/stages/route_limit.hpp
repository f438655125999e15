#pragma once

#include "http/stage.hpp"
#include "stages/token_buckets.hpp"

namespace cogos::stages {

/// Bounds how often one client address may use a route that says so (`Route::per_peer_hour`), besides what
/// holds for all its requests. IPv6 counts by its /64; each route by itself.
class RouteLimitGate final : public http::Gate {
 public:
  explicit RouteLimitGate(TokenBuckets& buckets) : buckets_(buckets) {}

  Result<void> pass(http::Exchange& exchange) override;

 private:
  TokenBuckets& buckets_;
};

}  // namespace cogos::stages
