#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "base/bytes.hpp"
#include "base/random.hpp"
#include "base/time.hpp"
#include "crypto/short_hash.hpp"

namespace cogos::stages {

/// Whose bucket: 16 bytes, of an address or of a name's hash.
using BucketId = ByteArray<16>;

/// What a bucket said of one request.
struct Drawn {
  bool granted = false;
  std::uint32_t remaining = 0;             ///< Whole requests that it would grant at once now.
  std::chrono::nanoseconds full_after{0};  ///< Until it is full again, if nothing more is drawn.
  std::chrono::nanoseconds wait{0};        ///< Refused: until it would grant one.
};

/// Token buckets: each holds one window's worth of requests and refills continuously. Exact under
/// concurrency: of any number of threads that draw within an instant no more get through than the bucket
/// holds. Thread-safe.
///
/// Memory is bounded: beyond `max_buckets` the one that was used least recently goes (its next request finds
/// a full one), about 70 bytes each and only for those that are in use.
class TokenBuckets {
 public:
  TokenBuckets(std::size_t max_buckets, const Clock& clock, Random& random);
  TokenBuckets(const TokenBuckets&) = delete;
  TokenBuckets& operator=(const TokenBuckets&) = delete;
  ~TokenBuckets();

  /// Draws one request from the bucket of that id, which holds `per_window` of them (1..100,000). A refused
  /// request takes nothing. A bucket whose `per_window` changed keeps what share of it was used; its window
  /// must stay the same.
  [[nodiscard]] Drawn draw(const BucketId& id, std::uint32_t per_window,
                           std::chrono::nanoseconds window = std::chrono::minutes{1});

  [[nodiscard]] std::size_t size() const;

 private:
  struct Shard;
  [[nodiscard]] Shard& shard_of(const BucketId& id) const;

  const Clock& clock_;
  crypto::ShortHash hash_;
  std::vector<std::unique_ptr<Shard>> shards_;
};

}  // namespace cogos::stages
