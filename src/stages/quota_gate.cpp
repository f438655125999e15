#include "stages/quota_gate.hpp"

#include <algorithm>
#include <chrono>

#include "http/router.hpp"
#include "stages/first_refusal.hpp"

namespace cogos::stages {
namespace {

using keys::Cap;

/// What an answer may have where neither the request nor what is left of the cap says less: more than the
/// usual models give at once. Held during the call only.
constexpr std::uint32_t kDefaultMaxTokens = 4'096;

class Hold final : public http::QuotaHold {
 public:
  Hold(keys::UsageLedger::Reservation reservation, const Clock& clock)
      : reservation_(std::move(reservation)), clock_(clock) {}

  [[nodiscard]] Result<void> granted() const {
    switch (reservation_.refused_by()) {
      case Cap::none:
        return {};
      case Cap::monthly_requests:
        return refusal(ErrorCode::quota_exceeded, "your package's requests of this month are used up",
                       reservation_.others().month_end);
      case Cap::daily_requests:
        return refusal(ErrorCode::daily_quota_exceeded, "your package's requests of today are used up",
                       reservation_.others().day_end);
      case Cap::daily_tokens:
        break;
    }
    return out_of_tokens();
  }

  Result<std::optional<std::uint32_t>> take_tokens(std::uint64_t prompt_bound,
                                                   std::optional<std::uint32_t> max_tokens) override {
    if (reservation_.caps().daily_tokens == 0) return max_tokens;
    const std::uint64_t wanted = max_tokens.value_or(kDefaultMaxTokens);
    const std::uint64_t taken = reservation_.take_tokens(prompt_bound + 1, prompt_bound + wanted);
    if (taken == 0) return out_of_tokens();
    return std::optional(static_cast<std::uint32_t>(taken - prompt_bound));
  }

  [[nodiscard]] bool cover(std::uint64_t tokens) override { return reservation_.cover_tokens(tokens); }

  void settle(TimePoint at, std::uint64_t tokens) override { reservation_.settle(at, tokens); }
  void release() noexcept override { reservation_.release(); }

  [[nodiscard]] http::QuotaStandings standing(bool charged, std::uint64_t tokens) const override {
    const keys::UsageCaps& caps = reservation_.caps();
    const keys::Usage others = reservation_.others();
    const std::uint64_t own = charged ? 1 : 0;
    return {quota(caps.monthly_requests, others.month_requests + own, others.month_end),
            quota(caps.daily_requests, others.day_requests + own, others.day_end),
            quota(caps.daily_tokens, others.day_tokens + own * tokens, others.day_end)};
  }

 private:
  static std::optional<http::QuotaStanding> quota(std::uint64_t cap, std::uint64_t used, TimePoint end) {
    if (cap == 0) return std::nullopt;
    return http::QuotaStanding{cap, cap - std::min(used, cap), end};
  }

  [[nodiscard]] Error out_of_tokens() const {
    return refusal(ErrorCode::daily_quota_exceeded,
                   "what is left of your package's tokens of today is not enough for this prompt",
                   reservation_.others().day_end);
  }

  [[nodiscard]] Error refusal(ErrorCode code, std::string message, TimePoint until) const {
    const auto wait = std::max(until - clock_.now(), std::chrono::milliseconds{1});
    return Error(code, std::move(message) + "; wait as Retry-After says")
        .with_retry_after(whole_seconds(wait));
  }

  keys::UsageLedger::Reservation reservation_;
  const Clock& clock_;
};

}  // namespace

Result<void> QuotaGate::pass(http::Exchange& exchange) {
  if (!exchange.route || !exchange.route->metered || !exchange.principal || exchange.fault) return {};
  if (exchange.repetition && exchange.repetition->repeats()) return {};
  const keys::KeyRecord& key = *exchange.principal;
  const auto caps = keys::UsageCaps::of(keyring_.snapshot()->package_of(key));
  auto hold = std::make_unique<Hold>(ledger_.reserve(key.tenant_id, key.package_id, caps), clock_);
  auto granted = hold->granted();
  exchange.quota = std::move(hold);
  return granted;
}

}  // namespace cogos::stages
