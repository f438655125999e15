#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.hpp"
#include "keys/package.hpp"

namespace cogos::keys {

/// What the rows of one UTC day say of one tenant and package: requests and tokens that are charged.
struct ChargedDay {
  std::string tenant_id;
  std::string package_id;
  TimePoint newest;  ///< The time of its last charged row.
  std::uint64_t requests = 0;
  std::uint64_t tokens = 0;
};

/// The quotas of a package; 0 is none.
struct UsageCaps {
  std::uint64_t monthly_requests = 0;
  std::uint64_t daily_requests = 0;
  std::uint64_t daily_tokens = 0;

  [[nodiscard]] static UsageCaps of(const Package& package) noexcept {
    return {package.monthly_request_quota, package.daily_request_cap, package.daily_token_cap};
  }
};

/// What counts against the caps at a moment: settled in its month and day, and pending.
struct Usage {
  std::uint64_t month_requests = 0;
  std::uint64_t day_requests = 0;
  std::uint64_t day_tokens = 0;
  TimePoint month_end;  ///< The start of the next UTC month.
  TimePoint day_end;    ///< The start of the next UTC day.
};

enum class Cap : std::uint8_t { none, monthly_requests, daily_requests, daily_tokens };

/// How much each tenant has used of each package this month and today, by UTC. The rows of the audit log are
/// the truth: the ledger starts from them, and only adds what is still on its way to becoming a row.
///
/// A call reserves before it begins and settles once its row is durable, into the periods of the row's own
/// time. Until then it counts in every period, whichever it will end up in. So no period is ever overspent,
/// whatever number of threads reserve and on whichever side of midnight a call's row comes to lie.
///
/// Which period it is, is said by the clock, or by the newest settled row where the clock runs behind it:
/// rows never get older. Thread-safe. Remembers each tenant and package once seen, about 200 bytes.
class UsageLedger {
 public:
  class Reservation;

  /// `charged`: at least all days of the month that the newest charged row lies in. `clock` must outlive the
  /// ledger. A reservation that outlives the ledger may only be destroyed.
  UsageLedger(const Clock& clock, const std::vector<ChargedDay>& charged);
  UsageLedger(const UsageLedger&) = delete;
  UsageLedger& operator=(const UsageLedger&) = delete;
  ~UsageLedger();

  /// Reserves one request within the caps on requests; the reservation says whether it got it.
  [[nodiscard]] Reservation reserve(std::string_view tenant_id, std::string_view package_id,
                                    const UsageCaps& caps);

  /// The same without reserving anything.
  [[nodiscard]] Usage usage(std::string_view tenant_id, std::string_view package_id) const;

 private:
  struct Account;
  struct Shard;
  [[nodiscard]] const std::shared_ptr<Shard>& shard_of(std::string_view tenant_id) const;
  [[nodiscard]] TimePoint effective_now() const;
  void note_row(TimePoint at);

  const Clock& clock_;
  std::atomic<std::int64_t> newest_row_ms_;
  std::array<std::shared_ptr<Shard>, 16> shards_;  // shared with the reservations
};

/// One call's place in the ledger. Gives back what was not settled when it goes. Movable; one thread at a
/// time.
class UsageLedger::Reservation {
 public:
  Reservation(Reservation&& other) noexcept;
  Reservation(const Reservation&) = delete;
  Reservation& operator=(const Reservation&) = delete;
  Reservation& operator=(Reservation&&) = delete;
  ~Reservation() { release(); }

  /// `none` where the request was reserved, else the cap that left no room for it.
  [[nodiscard]] Cap refused_by() const noexcept { return refused_by_; }

  /// Reserves `least` tokens and as many more as fit, up to `most`. Gives how many it has; 0 where not even
  /// `least` fit in the day's cap. Without a cap it takes none and gives `most`. Once at most.
  [[nodiscard]] std::uint64_t take_tokens(std::uint64_t least, std::uint64_t most);

  /// Whether it has `tokens`, after taking what is missing where the cap has it.
  [[nodiscard]] bool cover_tokens(std::uint64_t tokens);

  /// Counts the call in the periods of `at`, the time of its row, in place of what was reserved.
  void settle(TimePoint at, std::uint64_t tokens);
  /// Gives back what is reserved. Nothing where it is settled or given back already.
  void release() noexcept;

  /// What the others count for, without what this reservation holds or has settled.
  [[nodiscard]] Usage others() const;
  [[nodiscard]] const UsageCaps& caps() const noexcept { return caps_; }

 private:
  friend class UsageLedger;
  Reservation(UsageLedger& ledger, std::shared_ptr<Shard> shard, Account& account, const UsageCaps& caps);

  UsageLedger* ledger_;
  std::shared_ptr<Shard> shard_;
  Account* account_;
  UsageCaps caps_;
  Cap refused_by_ = Cap::none;
  std::uint64_t requests_ = 0;  ///< Pending of this call: 0 or 1.
  std::uint64_t tokens_ = 0;
};

}  // namespace cogos::keys
