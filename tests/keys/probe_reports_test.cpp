#include "keys/probe_reports.hpp"

#include <gtest/gtest.h>

#include "crypto/system_random.hpp"
#include "support/manual_clock.hpp"
#include "support/memory_audit_log.hpp"

namespace cogos::keys {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;
using Entered = ProbeReports::Entry;

class ProbeReportsTest : public ::testing::Test {
 protected:
  ProbeReport report(const std::string& run, const std::string& target = "https://api.example") const {
    ProbeReport one;
    one.run_id = run;
    one.target = target;
    one.started_at = clock.now();
    one.received_at = clock.now();
    one.passed = 40;
    one.report_sha256 = std::string(64, 'a');
    one.key_id = "key-1";
    return one;
  }
  static void record(ProbeReports& reports, const ProbeReport& one) {
    ASSERT_EQ(reports.enter(one), Entered::fresh);
    reports.settle(one, true);
  }

  test::ManualClock clock;
};

TEST_F(ProbeReportsTest, AreReadBackFromTheRowsThatTheyMade) {
  crypto::SystemRandom random;
  const proof::AttestationSigner signer{crypto::Ed25519PrivateKey::generate(random), "1.0.0+test"};
  const OperatorRows rows{signer, random, std::nullopt};
  test::MemoryAuditLog log{clock};
  ProbeReport made = report("run-00001");
  made.failed = 25;
  for (int i = 0; i < 25; ++i) made.failed_checks.push_back("page.no-" + std::to_string(i));
  const auto append = [&log](proof::RowDraft row) {
    log.append(std::move(row), [](const Result<proof::ChainHead>& head) { ASSERT_TRUE(head); });
  };
  append(rows.event("server.stop", {}));
  append(rows.event(std::string(ProbeReport::kEvent), to_detail(made)));
  append(rows.event(std::string(ProbeReport::kEvent), {{"target", "not a report"}}));
  append(rows.event("probe.other", to_detail(report("run-other", "https://other.example"))));

  const ProbeReports reports(hours{24}, log.rows(proof::kOperatorChain), clock);
  const auto targets = reports.targets();
  ASSERT_EQ(targets.size(), 1U);
  const ProbeReport& last = targets[0].last;
  EXPECT_EQ(last.run_id, made.run_id);
  EXPECT_EQ(last.target, made.target);
  EXPECT_EQ(last.started_at, made.started_at);
  EXPECT_EQ(last.received_at, clock.now());
  EXPECT_EQ(last.passed, 40U);
  EXPECT_EQ(last.failed, 25U) << "all are counted";
  ASSERT_EQ(last.failed_checks.size(), ProbeReport::kNamedFailures) << "and the first are named";
  EXPECT_EQ(last.failed_checks[19], "page.no-19");
  EXPECT_EQ(last.report_sha256, made.report_sha256);
  EXPECT_EQ(last.key_id, "key-1");
}

TEST_F(ProbeReportsTest, ARunIsRecordedOnceAndSaysOneThing) {
  ProbeReports reports(hours{24}, {}, clock);
  const ProbeReport one = report("run-00001");
  EXPECT_EQ(reports.enter(one), Entered::fresh);
  EXPECT_EQ(reports.enter(one), Entered::in_progress);
  reports.settle(one, false);
  EXPECT_EQ(reports.enter(one), Entered::fresh) << "what was not recorded may come again";
  reports.settle(one, true);
  EXPECT_EQ(reports.enter(one), Entered::known);
  ProbeReport other = one;
  other.report_sha256 = std::string(64, 'b');
  EXPECT_EQ(reports.enter(other), Entered::contradicts);
  EXPECT_EQ(reports.targets().size(), 1U);
}

TEST_F(ProbeReportsTest, NoMoreThanSixtyAnHourAreTaken) {
  ProbeReports reports(hours{24}, {}, clock);
  for (int i = 0; i < 60; ++i) {
    record(reports, report("run-" + std::to_string(10'000 + i)));
    clock.advance(seconds{10});
  }
  EXPECT_EQ(reports.enter(report("run-one-more")), Entered::too_many);
  EXPECT_EQ(reports.wait(), hours{1} - seconds{600});
  clock.advance(hours{1} - seconds{600});
  EXPECT_EQ(reports.enter(report("run-one-more")), Entered::fresh);
  EXPECT_EQ(reports.enter(report("run-another")), Entered::too_many) << "the one in progress counts";
}

TEST_F(ProbeReportsTest, AReportThatDoesNotComeIsMissedSinceItWasDue) {
  ProbeReports reports(hours{24}, {}, clock);
  EXPECT_TRUE(reports.targets().empty());
  EXPECT_EQ(reports.due("https://api.example"), std::nullopt);
  record(reports, report("run-00001"));
  const TimePoint due = clock.now() + hours{24};
  EXPECT_EQ(reports.due("https://api.example"), due);
  clock.advance(hours{25});
  EXPECT_FALSE(reports.targets()[0].overdue()) << "an hour late is not missed yet";
  clock.advance(seconds{1});
  const auto late = reports.targets()[0];
  ASSERT_TRUE(late.overdue());
  EXPECT_EQ(late.missed.back().due, due);

  clock.advance(hours{10});
  record(reports, report("run-00002"));
  const auto back = reports.targets()[0];
  EXPECT_FALSE(back.overdue());
  ASSERT_EQ(back.missed.size(), 1U) << "it stays visible that one was missed";
  EXPECT_EQ(back.missed[0].due, due);
  EXPECT_EQ(back.missed[0].until, clock.now());
  EXPECT_EQ(back.last.run_id, "run-00002");
}

TEST_F(ProbeReportsTest, WithoutAScheduleNothingIsMissed) {
  ProbeReports reports(hours{0}, {}, clock);
  record(reports, report("run-00001"));
  clock.advance(hours{10'000});
  record(reports, report("run-00002"));
  EXPECT_TRUE(reports.targets()[0].missed.empty());
  EXPECT_EQ(reports.targets()[0].due, std::nullopt);
}

TEST_F(ProbeReportsTest, EachTargetHasItsOwnAndTheNewestComesFirst) {
  ProbeReports reports(hours{1}, {}, clock);
  record(reports, report("run-00001", "https://one.example"));
  clock.advance(minutes{40});
  record(reports, report("run-00002", "https://two.example"));
  clock.advance(minutes{31});
  const auto targets = reports.targets();
  ASSERT_EQ(targets.size(), 2U);
  EXPECT_EQ(targets[0].last.target, "https://two.example");
  EXPECT_FALSE(targets[0].overdue());
  EXPECT_TRUE(targets[1].overdue()) << "with an interval of an hour ten minutes are granted";
}

TEST_F(ProbeReportsTest, AnEarlierRunThatIsReportedLaterIsNotTheLast) {
  ProbeReports reports(hours{24}, {}, clock);
  const ProbeReport slow = report("run-slow-1");
  clock.advance(minutes{5});
  const ProbeReport quick = report("run-quick");
  record(reports, quick);
  record(reports, slow);
  EXPECT_EQ(reports.targets()[0].last.run_id, "run-quick");
  EXPECT_TRUE(reports.targets()[0].missed.empty());
}

TEST_F(ProbeReportsTest, MemoryIsBounded) {
  ProbeReports reports(hours{24}, {}, clock);
  for (int i = 0; i < 300; ++i) {
    record(reports,
           report("run-" + std::to_string(10'000 + i), "https://t" + std::to_string(i) + ".example"));
    clock.advance(minutes{2});
  }
  EXPECT_EQ(reports.targets().size(), ProbeReports::kKept);
}

}  // namespace
}  // namespace cogos::keys
