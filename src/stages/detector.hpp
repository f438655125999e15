#pragma once

#include <atomic>
#include <boost/asio/ip/address.hpp>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/random.hpp"
#include "base/time.hpp"
#include "crypto/short_hash.hpp"
#include "http/scanner_path.hpp"
#include "keys/key_record.hpp"

namespace cogos::stages {

/// Watches what each address does within a sliding minute: credentials that fail, what only scanners ask for,
/// keys that are used. An IPv6 address counts by its /64. Decides on bans, and on which keys a scanner has in
/// its hands; acts on nothing else itself. A moment that lies exactly a window back still counts.
///
/// Thread-safe, in shards by address: what is told and asked of one address happens in one order. So a key's
/// use and a pattern from the same address never miss each other: either scanned() names the key or used()
/// names the pattern. A use by an address without incidents costs one look-up.
///
/// Memory is bounded: beyond `max_addresses` with incidents, 260 bytes each, or `max_uses` of one key from
/// one address within a minute, 110 bytes each, the least recent goes first, a ban too. All is forgotten with
/// the process.
class Detector {
 public:
  static constexpr std::chrono::seconds kWindow{60};
  static constexpr std::uint32_t kAllowedFailures = 10;
  static constexpr std::uint32_t kAllowedScans = 3;
  static constexpr std::chrono::minutes kFailureBan{5};
  static constexpr std::chrono::minutes kScanBan{15};

  using Address = boost::asio::ip::address;
  using Key = std::shared_ptr<const keys::KeyRecord>;

  struct Bounds {
    std::size_t max_addresses = 100'000;
    std::size_t max_uses = 200'000;
  };

  Detector(Bounds bounds, const Clock& clock, Random& random);
  Detector(const Detector&) = delete;
  Detector& operator=(const Detector&) = delete;
  ~Detector();

  /// How long the address is banned yet; zero where it is not. Costs a few nanoseconds while nobody is.
  [[nodiscard]] std::chrono::nanoseconds banned_for(const Address& peer) const;

  /// What was seen of an address within the window up to now; counts end where a ban begins.
  struct Seen {
    std::uint32_t failures = 0;
    std::uint32_t scans = 0;
    bool banned_now = false;  ///< This made it one too many: the address is banned from now on.
  };
  /// A credential proved nothing.
  [[nodiscard]] Seen failed(const Address& peer);

  /// A pattern fired. `uses` are the keys that were let in from there within the window before, and how long
  /// before; a key whose record changed meanwhile may be there twice.
  struct Scanned {
    struct Use {
      Key key;
      std::chrono::milliseconds before;
    };
    Seen seen;
    std::vector<Use> uses;
  };
  [[nodiscard]] Scanned scanned(const Address& peer, http::ScannerPattern pattern);

  /// A key was let in. Gives the pattern that fired there within the window before, if any did after the key
  /// was last forgiven.
  struct Suspicion {
    http::ScannerPattern pattern = http::ScannerPattern::dot_env;
    std::chrono::milliseconds before{0};  ///< So long ago.
    Seen seen;
  };
  [[nodiscard]] std::optional<Suspicion> used(const Address& peer, const Key& key);

  /// What has happened up to now is no longer held against the key.
  void forgive(const std::string& key_id);

  /// For measurements.
  [[nodiscard]] std::size_t addresses() const;
  [[nodiscard]] std::size_t uses() const;

 private:
  using Instant = std::chrono::steady_clock::time_point;
  struct Shard;
  [[nodiscard]] Shard& shard_of(const ByteArray<16>& id) const;
  void banned_until(Instant end);
  [[nodiscard]] bool forgiven_since(const std::string& key_id, Instant moment) const;

  const Clock& clock_;
  crypto::ShortHash hash_;
  std::vector<std::unique_ptr<Shard>> shards_;
  /// The end of the ban that ends last, in the clock's ticks.
  std::atomic<Instant::rep> last_ban_end_{Instant::min().time_since_epoch().count()};
  mutable std::mutex forgiven_mutex_;
  std::map<std::string, Instant, std::less<>> forgiven_;  // of the last window
};

}  // namespace cogos::stages
