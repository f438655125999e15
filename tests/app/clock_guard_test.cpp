#include "app/clock_guard.hpp"

#include <gtest/gtest.h>

#include "base/json.hpp"
#include "crypto/system_random.hpp"
#include "support/manual_clock.hpp"
#include "support/memory_audit_log.hpp"

namespace cogos::app {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;

class ClockGuardTest : public ::testing::Test {
 protected:
  std::vector<Json> rows() {
    std::vector<Json> found;
    for (const auto& row : audit_log.rows(proof::kOperatorChain)) found.push_back(Json::parse(row));
    return found;
  }

  boost::asio::io_context io;
  test::ManualClock clock;
  crypto::SystemRandom random;
  Log log{"json", "info", clock};
  test::MemoryAuditLog audit_log{clock};
  proof::AttestationSigner signer{crypto::Ed25519PrivateKey::generate(random), "1.0.0+test"};
  keys::OperatorRows operator_rows{signer, random, std::nullopt};
  ClockGuard guard{io, clock, log, audit_log, operator_rows};
};

TEST_F(ClockGuardTest, LogsAndRecordsAJump) {
  clock.set(clock.now() - hours{1});
  ::testing::internal::CaptureStderr();
  guard.look();
  const Json line = Json::parse(::testing::internal::GetCapturedStderr());
  EXPECT_EQ(line["event"], "the clock jumped");
  EXPECT_EQ(line["level"], "warning");
  EXPECT_EQ(line["before"], "2026-01-01T00:00:00.000Z");
  EXPECT_EQ(line["after"], "2025-12-31T23:00:00.000Z");
  EXPECT_EQ(line["by_ms"], -3'600'000);
  ASSERT_EQ(rows().size(), 1U);
  EXPECT_EQ(rows()[0]["route"], "clock.jump");
  EXPECT_EQ(rows()[0]["signer_kid"], signer.kid());
  EXPECT_EQ(rows()[0]["detail"], Json({{"event", "clock.jump"},
                                       {"before", "2026-01-01T00:00:00.000Z"},
                                       {"after", "2025-12-31T23:00:00.000Z"},
                                       {"by_ms", "-3600000"},
                                       {"seen", "running"}}));
  clock.advance(milliseconds{1000});
  guard.look();
  EXPECT_EQ(rows().size(), 1U) << "once";
}

TEST_F(ClockGuardTest, RecordsAtTheStartThatRowsAreAheadOfTheClock) {
  guard.start(clock.now() + hours{2});
  ASSERT_EQ(rows().size(), 1U);
  EXPECT_EQ(rows()[0]["detail"]["by_ms"], "-7200000");
  EXPECT_EQ(rows()[0]["detail"]["before"], "2026-01-01T02:00:00.000Z");
  EXPECT_EQ(rows()[0]["detail"]["seen"], "start");
}

TEST_F(ClockGuardTest, FindsAnOrdinaryStartOrdinary) {
  guard.start(std::nullopt);
  guard.start(clock.now() - hours{2000});
  guard.start(clock.now() + ClockWatch::kBound);
  EXPECT_TRUE(rows().empty());
}

TEST_F(ClockGuardTest, LooksByItselfOnceStarted) {
  guard.start(std::nullopt);
  clock.set(clock.now() + hours{1});
  while (rows().empty()) ASSERT_EQ(io.run_one(), 1U);
  EXPECT_EQ(rows()[0]["detail"]["by_ms"], "3600000");
}

TEST_F(ClockGuardTest, SaysSoWhereItCannotRecord) {
  audit_log.fail();
  clock.set(clock.now() + hours{1});
  ::testing::internal::CaptureStderr();
  guard.look();
  EXPECT_NE(::testing::internal::GetCapturedStderr().find("could not be recorded"), std::string::npos);
}

}  // namespace
}  // namespace cogos::app
