#include <chrono>

#include "cli/probe_checks.hpp"
#include "cli/report.hpp"

namespace cogos::cli {
namespace {

constexpr std::chrono::days kLeastLeft{14};

void check_refused(ProbeRun& run, std::string name, TlsOffer version) {
  run.check(std::move(name), [&] {
    const auto outcome = run.offer(version);
    // A server may also hang up on it or say nothing. That it is there at all, the other versions show.
    if (!outcome) return pass("no answer: " + outcome.error().message());
    return outcome->accepted ? fail("accepted, and is broken: switch it off") : pass("refused");
  });
}

void check_spoken(ProbeRun& run, std::string name, TlsOffer version) {
  run.check(std::move(name), [&] {
    const auto outcome = run.offer(version);
    if (!outcome) return fail(outcome.error().message());
    return outcome->accepted ? pass("accepted") : fail("refused: " + outcome->refusal);
  });
}

Verdict judge_certificate(ProbeRun& run) {
  Result<TlsOutcome> outcome = run.offer(TlsOffer::tls1_3);
  if (outcome && !outcome->accepted) outcome = run.offer(TlsOffer::tls1_2);
  if (!outcome) return fail(outcome.error().message());
  if (!outcome->certificate_ends) return fail("no certificate was shown");
  const TimePoint ends = *outcome->certificate_ends;
  const auto left = std::chrono::floor<std::chrono::days>(ends - run.started());
  if (left.count() < 0) return fail("expired at " + to_rfc3339(ends));
  const std::string words = "good for " + count(static_cast<std::uint64_t>(left.count()), "day") + " yet";
  return left < kLeastLeft ? fail(words + ": renew it") : pass(words);
}

}  // namespace

bool check_reach(ProbeRun& run) {
  // That the certificate is trusted and names this host is checked before anything is sent.
  return run.check("reach", run.get("/health"),
                   [](const ProbeAnswer& answer) { return pass(in_words(answer)); });
}

void check_tls(ProbeRun& run) {
  check_refused(run, "tls.1_0", TlsOffer::tls1_0);
  check_refused(run, "tls.1_1", TlsOffer::tls1_1);
  check_spoken(run, "tls.1_2", TlsOffer::tls1_2);
  check_spoken(run, "tls.1_3", TlsOffer::tls1_3);
  run.check("tls.certificate", [&run] { return judge_certificate(run); });
}

}  // namespace cogos::cli
