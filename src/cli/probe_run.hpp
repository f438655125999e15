#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.hpp"
#include "cli/probe_transport.hpp"

namespace cogos::cli {

/// What one check came to.
struct CheckResult {
  std::string name;
  bool ok = false;
  std::uint64_t ms = 0;
  std::string detail;  ///< At most 200 characters, no control characters among them.
};

/// A check that was not made, and why.
struct SkippedCheck {
  std::string name;
  std::string why;
};

struct Verdict {
  bool ok = false;
  std::string detail;
};
[[nodiscard]] Verdict pass(std::string detail);
[[nodiscard]] Verdict fail(std::string detail);

/// One run against one target: sends, times and keeps what came of it. For one thread.
class ProbeRun {
 public:
  /// `origin` is `https://host[:port]`. The references must outlive it.
  ProbeRun(ProbeTransport& transport, std::string origin, std::string run_id, const Clock& clock)
      : transport_(transport),
        origin_(std::move(origin)),
        run_id_(std::move(run_id)),
        clock_(clock),
        started_(clock.now()) {}

  /// Makes one check and keeps its result, which is also what it gives.
  bool check(std::string name, const std::function<Verdict()>& look);
  /// The same for a check of one answer; where there is none the check has failed.
  bool check(std::string name, const ProbeRequest& request,
             const std::function<Verdict(const ProbeAnswer&)>& look);
  void skip(std::string name, std::string why);

  [[nodiscard]] ProbeRequest get(std::string target, std::string accept = "*/*") const;
  [[nodiscard]] Result<ProbeAnswer> send(const ProbeRequest& request) { return transport_.send(request); }
  [[nodiscard]] Result<TlsOutcome> offer(TlsOffer version) { return transport_.offer(origin_, version); }
  /// A path that no server has, another one in each run.
  [[nodiscard]] std::string unknown_path(std::string_view below = "") const;

  [[nodiscard]] const std::string& origin() const noexcept { return origin_; }
  [[nodiscard]] const std::string& run_id() const noexcept { return run_id_; }
  [[nodiscard]] TimePoint started() const noexcept { return started_; }
  [[nodiscard]] const std::vector<CheckResult>& results() const noexcept { return results_; }
  [[nodiscard]] const std::vector<SkippedCheck>& skipped() const noexcept { return skipped_; }
  [[nodiscard]] std::size_t failures() const noexcept;

 private:
  ProbeTransport& transport_;
  const std::string origin_;
  const std::string run_id_;
  const Clock& clock_;
  const TimePoint started_;
  std::vector<CheckResult> results_;
  std::vector<SkippedCheck> skipped_;
};

/// `status 404`.
[[nodiscard]] std::string in_words(const ProbeAnswer& answer);

}  // namespace cogos::cli
