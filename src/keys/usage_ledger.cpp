#include "keys/usage_ledger.hpp"

#include <algorithm>
#include <chrono>
#include <functional>
#include <utility>

namespace cogos::keys {
namespace {

using std::chrono::days;
using std::chrono::sys_days;
using std::chrono::year_month;

sys_days day_of(TimePoint at) {
  return std::chrono::floor<days>(at);
}

year_month month_of(TimePoint at) {
  const std::chrono::year_month_day date{day_of(at)};
  return date.year() / date.month();
}

TimePoint start_of(year_month month) {
  return sys_days{month / 1};
}

/// Whether so many more fit below a cap; without overflow whatever the numbers.
bool fits(std::uint64_t cap, std::uint64_t used, std::uint64_t more) {
  return cap == 0 || (used <= cap && more <= cap - used);
}

}  // namespace

/// One tenant's use of one package. The counts are of the latest periods that a row was settled into: no call
/// can come to lie in an earlier one any more.
struct UsageLedger::Account {
  year_month month{};
  sys_days day{};
  std::uint64_t month_requests = 0;
  std::uint64_t day_requests = 0;
  std::uint64_t day_tokens = 0;
  std::uint64_t pending_requests = 0;
  std::uint64_t pending_tokens = 0;

  void add(TimePoint at, std::uint64_t requests, std::uint64_t tokens) {
    if (const year_month its = month_of(at); its > month) {
      month = its;
      month_requests = 0;
    }
    if (month_of(at) == month) month_requests += requests;
    if (const sys_days its = day_of(at); its > day) {
      day = its;
      day_requests = 0;
      day_tokens = 0;
    }
    if (day_of(at) != day) return;
    day_requests += requests;
    day_tokens += tokens;
  }

  [[nodiscard]] Usage at(TimePoint now) const {
    Usage usage;
    const year_month this_month = month_of(now);
    const sys_days today = day_of(now);
    usage.month_requests = pending_requests + (month == this_month ? month_requests : 0);
    usage.day_requests = pending_requests + (day == today ? day_requests : 0);
    usage.day_tokens = pending_tokens + (day == today ? day_tokens : 0);
    usage.month_end = start_of(this_month + std::chrono::months{1});
    usage.day_end = today + days{1};
    return usage;
  }
};

struct UsageLedger::Shard {
  /// Tenant and package; looked up by views, without a copy.
  struct Less {
    using is_transparent = void;
    template <class A, class B>
    bool operator()(const A& a, const B& b) const {
      return std::pair<std::string_view, std::string_view>(a) <
             std::pair<std::string_view, std::string_view>(b);
    }
  };

  Account& find(std::string_view tenant_id, std::string_view package_id) {
    const auto found = accounts.find(std::pair(tenant_id, package_id));
    if (found != accounts.end()) return found->second;
    return accounts[std::pair(std::string(tenant_id), std::string(package_id))];
  }

  std::mutex mutex;  // guards the accounts and what is in them; none ever goes
  std::map<std::pair<std::string, std::string>, Account, Less> accounts;
};

UsageLedger::UsageLedger(const Clock& clock, const std::vector<ChargedDay>& charged)
    : clock_(clock), newest_row_ms_(INT64_MIN) {
  for (auto& shard : shards_) shard = std::make_shared<Shard>();
  for (const ChargedDay& day : charged) {
    note_row(day.newest);
    shard_of(day.tenant_id)->find(day.tenant_id, day.package_id).add(day.newest, day.requests, day.tokens);
  }
}

UsageLedger::~UsageLedger() = default;

const std::shared_ptr<UsageLedger::Shard>& UsageLedger::shard_of(std::string_view tenant_id) const {
  return shards_.at(std::hash<std::string_view>()(tenant_id) % shards_.size());
}

TimePoint UsageLedger::effective_now() const {
  return std::max(clock_.now(), from_unix_ms(newest_row_ms_.load()));
}

void UsageLedger::note_row(TimePoint at) {
  const std::int64_t ms = to_unix_ms(at);
  std::int64_t known = newest_row_ms_.load();
  while (known < ms && !newest_row_ms_.compare_exchange_weak(known, ms)) {
  }
}

UsageLedger::Reservation UsageLedger::reserve(std::string_view tenant_id, std::string_view package_id,
                                              const UsageCaps& caps) {
  const std::shared_ptr<Shard>& shard = shard_of(tenant_id);
  const std::lock_guard lock(shard->mutex);
  return {*this, shard, shard->find(tenant_id, package_id), caps};
}

Usage UsageLedger::usage(std::string_view tenant_id, std::string_view package_id) const {
  Shard& shard = *shard_of(tenant_id);
  const std::lock_guard lock(shard.mutex);
  const auto found = shard.accounts.find(std::pair(tenant_id, package_id));
  return (found == shard.accounts.end() ? Account() : found->second).at(effective_now());
}

/// With the shard's lock held.
UsageLedger::Reservation::Reservation(UsageLedger& ledger, std::shared_ptr<Shard> shard, Account& account,
                                      const UsageCaps& caps)
    : ledger_(&ledger), shard_(std::move(shard)), account_(&account), caps_(caps) {
  const Usage now = account.at(ledger.effective_now());
  if (!fits(caps.monthly_requests, now.month_requests, 1)) {
    refused_by_ = Cap::monthly_requests;
  } else if (!fits(caps.daily_requests, now.day_requests, 1)) {
    refused_by_ = Cap::daily_requests;
  } else {
    requests_ = 1;
    account.pending_requests += 1;
  }
}

UsageLedger::Reservation::Reservation(Reservation&& other) noexcept
    : ledger_(other.ledger_),
      shard_(std::move(other.shard_)),
      account_(other.account_),
      caps_(other.caps_),
      refused_by_(other.refused_by_),
      requests_(std::exchange(other.requests_, 0)),
      tokens_(std::exchange(other.tokens_, 0)) {}

std::uint64_t UsageLedger::Reservation::take_tokens(std::uint64_t least, std::uint64_t most) {
  if (caps_.daily_tokens == 0) return most;
  const std::lock_guard lock(shard_->mutex);
  const Usage now = account_->at(ledger_->effective_now());
  if (!fits(caps_.daily_tokens, now.day_tokens, least)) return 0;
  tokens_ = std::min(most, caps_.daily_tokens - now.day_tokens);
  account_->pending_tokens += tokens_;
  return tokens_;
}

bool UsageLedger::Reservation::cover_tokens(std::uint64_t tokens) {
  if (caps_.daily_tokens == 0 || tokens <= tokens_) return true;
  const std::uint64_t more = tokens - tokens_;
  const std::lock_guard lock(shard_->mutex);
  if (!fits(caps_.daily_tokens, account_->at(ledger_->effective_now()).day_tokens, more)) return false;
  tokens_ += more;
  account_->pending_tokens += more;
  return true;
}

void UsageLedger::Reservation::settle(TimePoint at, std::uint64_t tokens) {
  if (requests_ == 0) return;
  const std::lock_guard lock(shard_->mutex);
  // Before the account says that it is in this row's period, for whoever asks next.
  ledger_->note_row(at);
  account_->add(at, 1, tokens);
  account_->pending_requests -= std::exchange(requests_, 0);
  account_->pending_tokens -= std::exchange(tokens_, 0);
}

void UsageLedger::Reservation::release() noexcept {
  if (requests_ == 0) return;
  const std::lock_guard lock(shard_->mutex);
  account_->pending_requests -= std::exchange(requests_, 0);
  account_->pending_tokens -= std::exchange(tokens_, 0);
}

Usage UsageLedger::Reservation::others() const {
  const std::lock_guard lock(shard_->mutex);
  Usage usage = account_->at(ledger_->effective_now());
  usage.month_requests -= requests_;
  usage.day_requests -= requests_;
  usage.day_tokens -= tokens_;
  return usage;
}

}  // namespace cogos::keys
