#include "stages/detector.hpp"

#include <algorithm>

#include "stages/detector_tables.hpp"

namespace cogos::stages {
namespace {

/// So many threads at once hardly ever wait for each other.
constexpr std::size_t kDetectorShards = 16;

/// The table of an address's own ids; no other table has them.
constexpr char kPurpose = 'd';

}  // namespace

struct Detector::Shard {
  Shard(const crypto::ShortHash& hash, Bounds per_shard)
      : bounds(per_shard),
        incidents(boost::make_tuple(
            boost::make_tuple(std::size_t{0}, index::member<Incidents, BucketId, &Incidents::peer>(),
                              PeerHash{&hash}, std::equal_to<BucketId>()),
            boost::make_tuple())),
        uses(boost::make_tuple(
            boost::make_tuple(std::size_t{0}, index::identity<KeyUse>(), UseHash{&hash}, SameUse()),
            boost::make_tuple(std::size_t{0}, index::member<KeyUse, BucketId, &KeyUse::peer>(),
                              PeerHash{&hash}, std::equal_to<BucketId>()),
            boost::make_tuple())) {}

  /// The address's incidents, to which `change` adds one.
  template <class Change>
  const Incidents& add_incident(const BucketId& peer, Instant now, Change change) {
    auto& by_time = incidents.get<1>();
    // Two go for one that comes: what is past and gone leaves faster than anything can come.
    for (int i = 0; i < 2 && !by_time.empty(); ++i) {
      const Incidents& oldest = by_time.front();
      if (oldest.last + kWindow >= now || oldest.ban_end() > now) break;
      by_time.pop_front();
    }
    Incidents fresh;
    fresh.peer = peer;
    const auto place = incidents.insert(fresh).first;
    incidents.modify(place, [&](Incidents& one) {
      one.last = now;
      change(one);
    });
    by_time.relocate(by_time.end(), incidents.project<1>(place));
    if (incidents.size() > bounds.max_addresses) by_time.pop_front();
    return *place;
  }

  [[nodiscard]] const Incidents* find(const BucketId& peer) const {
    // While nobody misbehaves nothing is looked up.
    if (incidents.empty()) return nullptr;
    const auto found = incidents.find(peer);
    return found == incidents.end() ? nullptr : &*found;
  }

  void add_use(const BucketId& peer, const Key& key, Instant now) {
    auto& by_time = uses.get<2>();
    for (int i = 0; i < 2 && !by_time.empty() && by_time.front().at + kWindow < now; ++i) by_time.pop_front();
    // A key in use costs no share in it: only its first use from an address takes one.
    auto place = uses.find(UseName{peer, key.get()}, uses.hash_function(), uses.key_eq());
    if (place == uses.end()) place = uses.insert(KeyUse{peer, key, now}).first;
    place->at = now;
    by_time.relocate(by_time.end(), uses.project<2>(place));
    if (uses.size() > bounds.max_uses) by_time.pop_front();
  }

  const Bounds bounds;
  mutable std::mutex mutex;  // guards the tables
  IncidentTable incidents;
  UseTable uses;
};

Detector::Detector(Bounds bounds, const Clock& clock, Random& random) : clock_(clock), hash_(random) {
  const Bounds per_shard{std::max<std::size_t>(bounds.max_addresses / kDetectorShards, 1),
                         std::max<std::size_t>(bounds.max_uses / kDetectorShards, 1)};
  for (std::size_t i = 0; i < kDetectorShards; ++i)
    shards_.push_back(std::make_unique<Shard>(hash_, per_shard));
}

Detector::~Detector() = default;

Detector::Shard& Detector::shard_of(const BucketId& id) const {
  // The tables within use the low bits.
  return *shards_[hash_(id) >> 60U];
}

void Detector::banned_until(Instant end) {
  const auto ticks = end.time_since_epoch().count();
  auto known = last_ban_end_.load();
  while (known < ticks && !last_ban_end_.compare_exchange_weak(known, ticks)) {
  }
}

std::chrono::nanoseconds Detector::banned_for(const Address& peer) const {
  const Instant now = clock_.monotonic();
  if (last_ban_end_.load() <= now.time_since_epoch().count()) return {};
  const BucketId id = peer_id(peer, kPurpose);
  const Shard& shard = shard_of(id);
  const std::lock_guard lock(shard.mutex);
  const Incidents* found = shard.find(id);
  if (!found || found->ban_end() <= now) return {};
  return found->ban_end() - now;
}

Detector::Seen Detector::failed(const Address& peer) {
  const BucketId id = peer_id(peer, kPurpose);
  Shard& shard = shard_of(id);
  const std::lock_guard lock(shard.mutex);
  const Instant now = clock_.monotonic();
  Seen seen;
  shard.add_incident(id, now, [&](Incidents& one) {
    one.failures.add(now);
    seen.failures = one.failures.since(now - kWindow);
    seen.scans = one.scans.since(now - kWindow);
    // Requests that were on their way when the ban began neither lengthen nor repeat it.
    seen.banned_now = seen.failures > kAllowedFailures && one.failure_ban_end <= now;
    if (seen.banned_now) one.failure_ban_end = now + kFailureBan;
  });
  if (seen.banned_now) banned_until(now + kFailureBan);
  return seen;
}

Detector::Scanned Detector::scanned(const Address& peer, http::ScannerPattern pattern) {
  const BucketId id = peer_id(peer, kPurpose);
  Shard& shard = shard_of(id);
  const std::lock_guard lock(shard.mutex);
  const Instant now = clock_.monotonic();
  Scanned result;
  Seen& seen = result.seen;
  shard.add_incident(id, now, [&](Incidents& one) {
    one.scans.add(now);
    one.last_scan = now;
    one.last_pattern = pattern;
    seen.failures = one.failures.since(now - kWindow);
    seen.scans = one.scans.since(now - kWindow);
    seen.banned_now = seen.scans > kAllowedScans && one.scan_ban_end <= now;
    if (seen.banned_now) one.scan_ban_end = now + kScanBan;
  });
  if (seen.banned_now) banned_until(now + kScanBan);
  const auto [first, last] = shard.uses.get<1>().equal_range(id);
  for (auto use = first; use != last; ++use) {
    if (use->at + kWindow < now) continue;
    result.uses.push_back({use->key, std::chrono::duration_cast<std::chrono::milliseconds>(now - use->at)});
  }
  return result;
}

std::optional<Detector::Suspicion> Detector::used(const Address& peer, const Key& key) {
  const BucketId id = peer_id(peer, kPurpose);
  Shard& shard = shard_of(id);
  const std::lock_guard lock(shard.mutex);
  const Instant now = clock_.monotonic();
  shard.add_use(id, key, now);
  const Incidents* found = shard.find(id);
  if (!found || found->last_scan + kWindow < now) return std::nullopt;
  if (forgiven_since(key->key_id, found->last_scan)) return std::nullopt;
  return Suspicion{found->last_pattern,
                   std::chrono::duration_cast<std::chrono::milliseconds>(now - found->last_scan),
                   {found->failures.since(now - kWindow), found->scans.since(now - kWindow), false}};
}

void Detector::forgive(const std::string& key_id) {
  const std::lock_guard lock(forgiven_mutex_);
  const Instant now = clock_.monotonic();
  std::erase_if(forgiven_, [now](const auto& entry) { return entry.second + kWindow < now; });
  forgiven_.insert_or_assign(key_id, now);
}

bool Detector::forgiven_since(const std::string& key_id, Instant moment) const {
  const std::lock_guard lock(forgiven_mutex_);
  const auto found = forgiven_.find(key_id);
  return found != forgiven_.end() && found->second >= moment;
}

std::size_t Detector::addresses() const {
  std::size_t all = 0;
  for (const auto& shard : shards_) {
    const std::lock_guard lock(shard->mutex);
    all += shard->incidents.size();
  }
  return all;
}

std::size_t Detector::uses() const {
  std::size_t all = 0;
  for (const auto& shard : shards_) {
    const std::lock_guard lock(shard->mutex);
    all += shard->uses.size();
  }
  return all;
}

}  // namespace cogos::stages
