#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <shared_mutex>
#include <string>
#include <string_view>

#include "proof/audit_row.hpp"

namespace cogos::store {

/// A chain as the database knows it: its number in `chains`, and its last row.
struct KnownChain {
  std::int64_t id = 0;
  proof::ChainHead head;
};
using ChainMap = std::map<proof::ChainId, KnownChain>;

/// The durable heads of all chains, in memory: about 250 bytes a chain. Thread-safe.
class Heads {
 public:
  explicit Heads(ChainMap chains);

  [[nodiscard]] std::optional<KnownChain> find(const proof::ChainId& chain) const;
  [[nodiscard]] std::map<std::string, proof::ChainHead> of_tenant(std::string_view tenant_id) const;
  /// The time of the newest row of any chain. Looks at each head.
  [[nodiscard]] std::optional<TimePoint> newest() const;
  struct Count {
    std::uint64_t chains = 0;
    std::uint64_t rows = 0;
  };
  /// Kept as heads come, so it looks at none.
  [[nodiscard]] Count count() const;
  /// After they are on disk, all of one transaction at once.
  void publish(const ChainMap& changed);

 private:
  mutable std::shared_mutex mutex_;
  ChainMap chains_;
  std::uint64_t rows_ = 0;  // a chain has as many as its head's seq says
};

}  // namespace cogos::store
