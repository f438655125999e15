#pragma once

#include <atomic>

#include "http/stage.hpp"
#include "stages/token_buckets.hpp"

namespace cogos::stages {

/// Requests a minute; 0 is no limit.
struct PeerLimits {
  std::uint32_t peer_rpm = 600;
  std::uint32_t admin_peer_rpm = 60;  ///< Below /admin and for every operators' route, besides peer_rpm: for
                                      ///< a guesser it is the tighter one.
};

/// Bounds how often one client address may ask for anything at all, before anything else is looked at. An
/// IPv6 client counts by its /64, since it commonly has all of one. A refused request costs two look-ups and
/// its receipt: its body is not looked at and does not count for the receipt (wire formats §3), and it makes
/// no row.
class PeerLimitGate final : public http::Gate {
 public:
  PeerLimitGate(PeerLimits limits, TokenBuckets& buckets) : buckets_(buckets) { limit(limits); }

  Result<void> pass(http::Exchange& exchange) override;

  /// In force for every request that comes in after it.
  void limit(PeerLimits limits) noexcept {
    peer_rpm_ = limits.peer_rpm;
    admin_peer_rpm_ = limits.admin_peer_rpm;
  }

 private:
  Result<void> draw(http::Exchange& exchange, const BucketId& id, std::uint32_t per_minute);

  std::atomic<std::uint32_t> peer_rpm_;
  std::atomic<std::uint32_t> admin_peer_rpm_;
  TokenBuckets& buckets_;
};

}  // namespace cogos::stages
