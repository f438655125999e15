#include <fstream>
#include <sstream>

#include "cli/cli_test.hpp"
#include "cli/run.hpp"

namespace cogos::test {
namespace {

using Words = std::vector<std::string>;

const std::vector<Words> kOfflineCommands{
    {"verify", "receipt"}, {"verify", "audit"},  {"verify", "span"}, {"unseal"},
    {"keygen", "ed25519"}, {"keygen", "x25519"}, {"sign-request"},   {"version"}};
const std::vector<Words> kServerCommands{{"serve"},
                                         {"check-config"},
                                         {"fsck"},
                                         {"admin", "keys", "issue"},
                                         {"admin", "keys", "list"},
                                         {"admin", "keys", "revoke"}};

class Program : public CliTest {};

TEST_F(Program, HelpsWithEveryCommand) {
  std::vector<Words> all = kOfflineCommands;
  all.insert(all.end(), kServerCommands.begin(), kServerCommands.end());
  for (Words words : all) {
    std::string spelt = "cogos";
    for (const auto& word : words) spelt += " " + word;
    words.emplace_back("--help");
    const auto outcome = run(words);
    EXPECT_EQ(outcome.code, 0) << spelt;
    EXPECT_TRUE(outcome.says("Usage: " + spelt)) << outcome.out;
    EXPECT_TRUE(outcome.says("Example:")) << spelt;
    EXPECT_EQ(outcome.err, "");
  }
}

TEST_F(Program, HelpsWithTheWhole) {
  const auto outcome = run({"--help"});
  EXPECT_EQ(outcome.code, 0);
  EXPECT_TRUE(outcome.says("Exit codes"));
  for (const char* command : {"serve", "verify", "unseal", "keygen", "sign-request", "admin", "fsck"}) {
    EXPECT_TRUE(outcome.says(command));
  }
}

TEST_F(Program, PrintsItsVersion) {
  EXPECT_EQ(run({"version"}).out, "cogos 1.0.0+abc1234\n");
  EXPECT_EQ(run({"version"}).code, 0);
  EXPECT_EQ(run({"version", "--json"}).out, "{\"rev\":\"1.0.0+abc1234\"}\n");
}

TEST_F(Program, WrongUseNamesProblemAndRemedy) {
  const auto nothing = run({});
  EXPECT_EQ(nothing.code, 2);
  EXPECT_TRUE(nothing.complains("See `cogos --help`."));
  const auto half = run({"verify"});
  EXPECT_EQ(half.code, 2);
  EXPECT_TRUE(half.complains("See `cogos verify --help`."));
  const auto unknown = run({"verfy"});
  EXPECT_EQ(unknown.code, 2);
  EXPECT_TRUE(unknown.complains("unknown command verfy\n"));
  EXPECT_TRUE(run({"verify", "audits"}).complains("unknown command audits\nSee `cogos verify --help`."));
  EXPECT_TRUE(run({"version", "x"}).complains("unexpected argument x\n"));
  const auto option = run({"version", "--colour"});
  EXPECT_EQ(option.code, 2);
  EXPECT_TRUE(option.complains("unknown option --colour"));
  EXPECT_TRUE(option.complains("See `cogos version --help`."));
  EXPECT_EQ(run({"verify", "receipt", "--stream", "x"}).code, 2);
}

TEST_F(Program, AResultThatCannotBeWrittenIsNoSuccess) {
  std::istringstream in;
  std::ofstream full("/dev/full");
  std::ostringstream err;
  cli::CommandContext context{in, full, err, {}, random_, clock_, "1"};
  const char* const argv[] = {"cogos", "version"};
  EXPECT_EQ(cli::run(2, argv, context), 2);
  EXPECT_NE(err.str().find("could not be written"), std::string::npos);
}

TEST_F(Program, TheVerifierHasTheOfflineCommandsAlone) {
  for (Words words : kOfflineCommands) {
    words.emplace_back("--help");
    EXPECT_EQ(run_verifier(words).code, 0);
  }
  for (Words words : kServerCommands) {
    words.emplace_back("--help");
    const auto outcome = run_verifier(words);
    EXPECT_FALSE(outcome.says("Usage: cogos " + words[0]));
  }
  EXPECT_EQ(run_verifier({"serve", "--config", "x"}).code, 2);
}

}  // namespace
}  // namespace cogos::test
