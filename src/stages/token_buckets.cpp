#include "stages/token_buckets.hpp"

#include <algorithm>
#include <boost/multi_index/hashed_index.hpp>
#include <boost/multi_index/member.hpp>
#include <boost/multi_index/sequenced_index.hpp>
#include <boost/multi_index_container.hpp>
#include <mutex>

namespace cogos::stages {
namespace {

using std::chrono::nanoseconds;
using Instant = std::chrono::steady_clock::time_point;

/// So many threads at once hardly ever wait for each other.
constexpr std::size_t kBucketShards = 16;

/// The one number of a bucket: when it will be full if nothing more is drawn. Each request moves it on by the
/// time that one request takes to come back; it is refused where that would be more than the window away (the
/// generic cell rate algorithm, ITU-T I.371).
struct Bucket {
  BucketId id;
  Instant full_at;
};

struct IdHash {
  const crypto::ShortHash* hash;
  std::size_t operator()(const BucketId& id) const noexcept { return (*hash)(id); }
};

namespace index = boost::multi_index;
using Table = index::multi_index_container<
    Bucket, index::indexed_by<index::hashed_unique<index::member<Bucket, BucketId, &Bucket::id>, IdHash>,
                              index::sequenced<>>>;

}  // namespace

struct TokenBuckets::Shard {
  Shard(const crypto::ShortHash& hash, std::size_t bound)
      : max_buckets(bound),
        table(boost::make_tuple(
            boost::make_tuple(std::size_t{0}, index::member<Bucket, BucketId, &Bucket::id>(), IdHash{&hash},
                              std::equal_to<BucketId>()),
            boost::make_tuple())) {}

  /// The bucket of that id, made full where there is none, as the most recently used one.
  Table::iterator find(const BucketId& id, Instant now) {
    auto& by_use = table.get<1>();
    const auto [found, fresh] = table.insert({id, now});
    by_use.relocate(by_use.end(), table.project<1>(found));
    if (fresh && table.size() > max_buckets) by_use.pop_front();
    return found;
  }

  const std::size_t max_buckets;
  mutable std::mutex mutex;  // guards the table
  Table table;
};

TokenBuckets::TokenBuckets(std::size_t max_buckets, const Clock& clock, Random& random)
    : clock_(clock), hash_(random) {
  for (std::size_t i = 0; i < kBucketShards; ++i) {
    shards_.push_back(std::make_unique<Shard>(hash_, std::max<std::size_t>(max_buckets / kBucketShards, 1)));
  }
}

TokenBuckets::~TokenBuckets() = default;

TokenBuckets::Shard& TokenBuckets::shard_of(const BucketId& id) const {
  // The table within uses the low bits.
  return *shards_[hash_(id) >> 60U];
}

Drawn TokenBuckets::draw(const BucketId& id, std::uint32_t per_window, nanoseconds window) {
  const nanoseconds each = window / std::max(per_window, 1U);
  Shard& shard = shard_of(id);
  const std::lock_guard lock(shard.mutex);
  const Instant now = clock_.monotonic();
  const auto bucket = shard.find(id, now);
  const nanoseconds used = std::max(bucket->full_at - now, nanoseconds{0});
  Drawn drawn;
  drawn.granted = used + each <= window;
  const nanoseconds after = drawn.granted ? used + each : used;
  if (drawn.granted) shard.table.modify(bucket, [&](Bucket& one) { one.full_at = now + after; });
  drawn.remaining = static_cast<std::uint32_t>((window - std::min(after, window)) / each);
  drawn.full_after = after;
  if (!drawn.granted) drawn.wait = used + each - window;
  return drawn;
}

std::size_t TokenBuckets::size() const {
  std::size_t all = 0;
  for (const auto& shard : shards_) {
    const std::lock_guard lock(shard->mutex);
    all += shard->table.size();
  }
  return all;
}

}  // namespace cogos::stages
