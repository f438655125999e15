#pragma once

#include <bit>
#include <boost/multi_index/hashed_index.hpp>
#include <boost/multi_index/identity.hpp>
#include <boost/multi_index/member.hpp>
#include <boost/multi_index/sequenced_index.hpp>
#include <boost/multi_index_container.hpp>
#include <memory>

#include "crypto/short_hash.hpp"
#include "stages/detector.hpp"
#include "stages/peer_id.hpp"
#include "stages/recent.hpp"

namespace cogos::stages {

/// What an address has done that it should not have.
struct Incidents {
  using Instant = std::chrono::steady_clock::time_point;

  BucketId peer{};
  Recent<Detector::kAllowedFailures + 1> failures;
  Recent<Detector::kAllowedScans + 1> scans;
  Instant failure_ban_end = Instant::min();
  Instant scan_ban_end = Instant::min();
  Instant last = Instant::min();
  Instant last_scan = Instant::min();
  http::ScannerPattern last_pattern = http::ScannerPattern::dot_env;

  [[nodiscard]] Instant ban_end() const noexcept { return std::max(failure_ban_end, scan_ban_end); }
};

/// That a key was let in from an address. Two records of one key, before and after a change, count as two.
struct KeyUse {
  BucketId peer{};
  Detector::Key key;
  mutable std::chrono::steady_clock::time_point at;  // no part of what it is found by
};

struct PeerHash {
  const crypto::ShortHash* hash;
  std::size_t operator()(const BucketId& peer) const noexcept { return (*hash)(peer); }
};

/// What a use is found by, without a share in the key.
struct UseName {
  const BucketId& peer;
  const keys::KeyRecord* key;
};

/// A key's record is no stranger's choice, so where it lies only has to be mixed in.
struct UseHash {
  const crypto::ShortHash* hash;
  std::size_t operator()(const UseName& name) const noexcept {
    const auto key = std::bit_cast<std::uintptr_t>(name.key) >> 4U;
    return (*hash)(name.peer) ^ (key * 0x9e3779b97f4a7c15U);
  }
  std::size_t operator()(const KeyUse& use) const noexcept {
    return (*this)(UseName{use.peer, use.key.get()});
  }
};
struct SameUse {
  bool operator()(const UseName& a, const KeyUse& b) const noexcept {
    return a.key == b.key.get() && a.peer == b.peer;
  }
  bool operator()(const KeyUse& a, const UseName& b) const noexcept { return (*this)(b, a); }
  bool operator()(const KeyUse& a, const KeyUse& b) const noexcept {
    return a.key == b.key && a.peer == b.peer;
  }
};

namespace index = boost::multi_index;

/// Found by address; in the order in which they were last added to.
using IncidentTable = index::multi_index_container<
    Incidents,
    index::indexed_by<index::hashed_unique<index::member<Incidents, BucketId, &Incidents::peer>, PeerHash>,
                      index::sequenced<>>>;

/// Found by address and key, and by address; in the order of the last use.
using UseTable = index::multi_index_container<
    KeyUse,
    index::indexed_by<index::hashed_unique<index::identity<KeyUse>, UseHash, SameUse>,
                      index::hashed_non_unique<index::member<KeyUse, BucketId, &KeyUse::peer>, PeerHash>,
                      index::sequenced<>>>;

}  // namespace cogos::stages
