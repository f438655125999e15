#include "cli/cli_test.hpp"

namespace cogos::test {
namespace {

class PruneCommand : public CliTest {
 protected:
  PruneCommand() {
    server_.prune = [this](const cli::PruneOrder& order) -> Result<cli::PruneReport> {
      got_ = order;
      return report_;
    };
  }
  std::optional<cli::PruneOrder> got_;
  cli::PruneReport report_{
      {{"acme", "_default", 9, 7, 4200}, {"acme", "billing", 2, 1, 600}}, 81920, 8192, {"/data/replaced-1"}};
};

TEST_F(PruneCommand, PassesItsOrderOnAndReports) {
  const auto outcome = run({"prune", "--data-dir", "/data", "--before", "2025-06-30T12:00:00+02:00",
                            "--tenant", "acme", "--app", "billing", "--config", "c.toml"});
  EXPECT_EQ(outcome.code, 0);
  ASSERT_TRUE(got_);
  EXPECT_EQ(got_->data_dir, "/data");
  EXPECT_EQ(to_rfc3339(got_->before), "2025-06-30T10:00:00.000Z");
  EXPECT_EQ(got_->tenant_id, "acme");
  EXPECT_EQ(got_->app_id, "billing");
  EXPECT_EQ(got_->config_file, "c.toml");
  EXPECT_TRUE(outcome.says(
      "acme/_default: erased the content of 7 rows up to seq 9, 4200 bytes\n"
      "acme/billing: erased the content of 1 row up to seq 2, 600 bytes\n"
      "/data/replaced-1 holds another store, in which nothing was erased; remove it once it is not "
      "needed\n"
      "8192 of the file's 81920 bytes are free for new rows\n"));
}

TEST_F(PruneCommand, ReportsAsJson) {
  const auto json = run({"prune", "--data-dir", "/data", "--before", "2025-06-30", "--json"}).json();
  EXPECT_FALSE(got_->tenant_id || got_->app_id || got_->config_file);
  EXPECT_EQ(json["before"], "2025-06-30T00:00:00.000Z");
  EXPECT_EQ(json["rows"], 8);
  EXPECT_EQ(json["bytes"], 4800);
  EXPECT_EQ(json["file_bytes"], 81920);
  EXPECT_EQ(json["free_bytes"], 8192);
  EXPECT_EQ(json["other_copies"], Json({"/data/replaced-1"}));
  EXPECT_EQ(
      json["chains"][0],
      Json({{"tenant_id", "acme"}, {"app_id", "_default"}, {"up_to_seq", 9}, {"rows", 7}, {"bytes", 4200}}));
}

TEST_F(PruneCommand, SaysThatThereWasNothingToErase) {
  report_.chains.clear();
  const auto outcome = run({"prune", "--data-dir", "/data", "--before", "2025-06-30"});
  EXPECT_EQ(outcome.code, 0);
  EXPECT_TRUE(outcome.says("nothing to erase before 2025-06-30T00:00:00.000Z\n"));
}

TEST_F(PruneCommand, RefusesWrongUse) {
  for (const char* time : {"yesterday", "2025-13-01", "2025-06-30T10:00:00", "1751277600000", ""}) {
    EXPECT_EQ(run({"prune", "--data-dir", "/data", "--before", time}).code, 2) << time;
  }
  EXPECT_EQ(run({"prune", "--data-dir", "/data"}).code, 2);
  EXPECT_EQ(run({"prune", "--before", "2025-06-30"}).code, 2);
  EXPECT_EQ(run({"prune", "--data-dir", "/data", "--before", "2025-06-30", "--app", "billing"}).code, 2);
  EXPECT_FALSE(got_) << "nothing was begun";
}

TEST_F(PruneCommand, SaysWhyItCouldNot) {
  server_.prune = [](const cli::PruneOrder&) -> Result<cli::PruneReport> {
    return Error(ErrorCode::verification_failed, "row 3 of acme/_default was changed");
  };
  const auto outcome = run({"prune", "--data-dir", "/data", "--before", "2025-06-30"});
  EXPECT_EQ(outcome.code, 1);
  EXPECT_TRUE(outcome.complains("row 3 of acme/_default was changed"));
  server_.prune = [](const cli::PruneOrder&) -> Result<cli::PruneReport> {
    return Error(ErrorCode::unreadable_input, "in use");
  };
  EXPECT_EQ(run({"prune", "--data-dir", "/data", "--before", "2025-06-30"}).code, 2);
}

}  // namespace
}  // namespace cogos::test
