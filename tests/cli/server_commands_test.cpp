#include "cli/cli_test.hpp"

namespace cogos::test {
namespace {

class ServerCommands : public CliTest {
 protected:
  static ChainReport chain(const std::string& app) {
    ChainReport report;
    report.tenant_id = "acme";
    report.app_id = app;
    report.rows = 4;
    report.first_seq = 1;
    report.last_seq = 4;
    report.head_hash = std::string(64, 'a');
    return report;
  }
  void fsck_finds(cli::FsckReportView report) {
    server_.fsck = [this, report](const std::string& data_dir) -> Result<cli::FsckReportView> {
      seen_ = data_dir;
      return report;
    };
  }

  std::string seen_;
};

TEST_F(ServerCommands, FsckPassesWhereEveryChainHolds) {
  fsck_finds({{chain("_default"), chain("billing")}, {}});
  const auto outcome = run({"fsck", "--data-dir", "/data"});
  EXPECT_EQ(outcome.code, 0);
  EXPECT_EQ(seen_, "/data");
  EXPECT_TRUE(outcome.says("acme/_default: holds, 4 rows, seq 1..4"));
  EXPECT_TRUE(outcome.says("acme/billing: holds"));
  EXPECT_EQ(run({"fsck", "--data-dir", "/data", "--json"}).json()["ok"], true);
}

TEST_F(ServerCommands, FsckNamesTheFirstBreak) {
  auto broken = chain("billing");
  broken.broken = ChainBreak{5, "row_hash_mismatch", "the row was altered"};
  fsck_finds({{chain("_default"), broken}, {}});
  const auto outcome = run({"fsck", "--data-dir", "/data"});
  EXPECT_EQ(outcome.code, 1);
  EXPECT_TRUE(outcome.says("acme/billing: BROKEN at seq 5: row_hash_mismatch (the row was altered)"));
  const auto json = run({"fsck", "--data-dir", "/data", "--json"}).json();
  EXPECT_EQ(json["ok"], false);
  EXPECT_EQ(json["chains"][1]["break"]["seq"], 5);
}

TEST_F(ServerCommands, FsckReportsTroubleBeyondTheChains) {
  fsck_finds({{chain("_default")}, {"the index contradicts row 3"}});
  const auto outcome = run({"fsck", "--data-dir", "/data"});
  EXPECT_EQ(outcome.code, 1);
  EXPECT_TRUE(outcome.says("problem: the index contradicts row 3"));
}

TEST_F(ServerCommands, FsckRefusesWhatItCannotRead) {
  server_.fsck = [](const std::string&) -> Result<cli::FsckReportView> {
    return Error(ErrorCode::unreadable_input, "no store in /data");
  };
  const auto outcome = run({"fsck", "--data-dir", "/data"});
  EXPECT_EQ(outcome.code, 2);
  EXPECT_TRUE(outcome.complains("no store in /data"));
  EXPECT_EQ(run({"fsck"}).code, 2);
}

TEST_F(ServerCommands, FsckOfAnEmptyStorePasses) {
  fsck_finds({});
  const auto outcome = run({"fsck", "--data-dir", "/data"});
  EXPECT_EQ(outcome.code, 0);
  EXPECT_TRUE(outcome.says("holds no rows"));
}

TEST_F(ServerCommands, FsckSaysHowManyBytesARowTakes) {
  fsck_finds({{chain("_default")}, {}, 4, 10'000, 2'000});
  EXPECT_TRUE(run({"fsck", "--data-dir", "/data"})
                  .says("4 rows in a file of 10000 bytes, of which 2000 are free: 2000 bytes a row\n"));
  const auto json = run({"fsck", "--data-dir", "/data", "--json"}).json();
  EXPECT_EQ(json["rows"], 4);
  EXPECT_EQ(json["file_bytes"], 10'000);
  EXPECT_EQ(json["free_bytes"], 2'000);
}

TEST_F(ServerCommands, CheckConfigPrintsWhatWouldBeInForce) {
  server_.check_config = [this](const std::string& config) -> Result<cli::ConfigReport> {
    seen_ = config;
    return cli::ConfigReport{{}, {"honeypots are off"}, {"server.threads = 2"}};
  };
  const auto outcome = run({"check-config", "--config", "/etc/c.toml"});
  EXPECT_EQ(outcome.code, 0);
  EXPECT_EQ(seen_, "/etc/c.toml");
  EXPECT_TRUE(outcome.says("server.threads = 2\nwarning: honeypots are off\n"));
  const auto json = run({"check-config", "--config", "/etc/c.toml", "--json"}).json();
  EXPECT_EQ(json["ok"], true);
  EXPECT_EQ(json["settings"][0], "server.threads = 2");
}

TEST_F(ServerCommands, CheckConfigSaysNo) {
  server_.check_config = [](const std::string&) -> Result<cli::ConfigReport> {
    return cli::ConfigReport{{"unknown key limits.rpm, did you mean limits.peer_rpm?"}, {}, {}};
  };
  const auto outcome = run({"check-config", "--config", "c"});
  EXPECT_EQ(outcome.code, 1);
  EXPECT_TRUE(outcome.says("problem: unknown key limits.rpm"));
  EXPECT_EQ(run({"check-config", "--config", "c", "--json"}).json()["problems"].size(), 1U);
}

TEST_F(ServerCommands, CheckConfigRefusesWhatItCannotRead) {
  server_.check_config = [](const std::string& config) -> Result<cli::ConfigReport> {
    return Error(ErrorCode::unreadable_input, "cannot read " + config + ": No such file or directory");
  };
  EXPECT_EQ(run({"check-config", "--config", "c"}).code, 2);
  EXPECT_EQ(run({"check-config"}).code, 2);
}

TEST_F(ServerCommands, ServePassesItsFlagsOn) {
  std::optional<cli::ServeOptions> got;
  server_.serve = [&got](const cli::ServeOptions& options) {
    got = options;
    return 2;
  };
  EXPECT_EQ(run({"serve", "--config", "c.toml", "--dev", "--data-dir", "d", "--listen", "127.0.0.1:0"}).code,
            2);
  ASSERT_TRUE(got);
  EXPECT_EQ(got->config_file, "c.toml");
  EXPECT_TRUE(got->dev);
  EXPECT_EQ(got->data_dir, "d");
  EXPECT_EQ(got->listen, "127.0.0.1:0");

  ASSERT_EQ(run({"serve", "--config", "c.toml"}).code, 2);
  EXPECT_FALSE(got->dev);
  EXPECT_FALSE(got->data_dir || got->listen);
}

TEST_F(ServerCommands, ServeNeedsAConfig) {
  const auto outcome = run({"serve", "--dev"});
  EXPECT_EQ(outcome.code, 2);
  EXPECT_TRUE(outcome.complains("--config is required"));
  EXPECT_TRUE(outcome.complains("See `cogos serve --help`."));
}

TEST_F(ServerCommands, AnExceptionIsAMessageAndAnExitCode) {
  server_.serve = [](const cli::ServeOptions&) -> int { throw std::runtime_error("the port is taken"); };
  const auto outcome = run({"serve", "--config", "c.toml"});
  EXPECT_EQ(outcome.code, 2);
  EXPECT_TRUE(outcome.complains("the port is taken"));
}

}  // namespace
}  // namespace cogos::test
