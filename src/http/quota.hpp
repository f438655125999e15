#pragma once

#include <cstdint>
#include <optional>

#include "base/time.hpp"
#include "cogos/result.hpp"

namespace cogos::http {

/// One quota as its tenant sees it.
struct QuotaStanding {
  std::uint64_t limit = 0;
  std::uint64_t remaining = 0;
  TimePoint resets_at;  ///< The start of the next period.
};

/// All quotas of a call's package; nothing where the package sets none.
struct QuotaStandings {
  std::optional<QuotaStanding> monthly_requests;
  std::optional<QuotaStanding> daily_requests;
  std::optional<QuotaStanding> daily_tokens;
};

/// What one call holds of its tenant's quotas while it is in progress. Destroying it gives back what was not
/// settled. Belongs to one exchange; not thread-safe by itself.
class QuotaHold {
 public:
  QuotaHold() = default;
  QuotaHold(const QuotaHold&) = delete;
  QuotaHold& operator=(const QuotaHold&) = delete;
  virtual ~QuotaHold() = default;

  /// Takes hold of as many tokens as the call can use at most: `prompt_bound` and those of the answer, which
  /// are `max_tokens` or a default, cut to what the day's cap leaves. Gives the `max_tokens` to ask the
  /// engine for: what came in where there is no cap. Fails with daily_quota_exceeded where not even the
  /// prompt and one token fit. To be called once at most, before inference.
  virtual Result<std::optional<std::uint32_t>> take_tokens(std::uint64_t prompt_bound,
                                                           std::optional<std::uint32_t> max_tokens) = 0;

  /// Whether what is held covers `tokens`, holding more where the day's cap still has them: for an engine
  /// that uses more than it was asked to.
  [[nodiscard]] virtual bool cover(std::uint64_t tokens) = 0;

  /// The call became a row made at `at` that is charged with so many tokens: it counts in that moment's month
  /// and day, in place of what was held.
  virtual void settle(TimePoint at, std::uint64_t tokens) = 0;
  /// The call is charged nothing: gives back what is held.
  virtual void release() noexcept = 0;

  /// Where the tenant stands once this call is charged `tokens`, or nothing if not `charged`. Not after
  /// settle(), since the call would count twice.
  [[nodiscard]] virtual QuotaStandings standing(bool charged, std::uint64_t tokens) const = 0;
};

}  // namespace cogos::http
