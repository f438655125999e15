#include "app/start_plan.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <map>

#include "app/system_clock.hpp"
#include "crypto/system_random.hpp"

namespace cogos::app {
namespace {

namespace fs = std::filesystem;

class StartPlanTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (fs::temp_directory_path() / "cogos-plan-XXXXXX").string();
    root = ::mkdtemp(pattern.data());
    options.data_dir = (root / "data").string();
  }
  void TearDown() override { fs::remove_all(root); }

  Result<StartPlan> plan() {
    const SecretSources sources{[this](const std::string& name) -> std::optional<std::string> {
                                  const auto found = variables.find(name);
                                  if (found == variables.end()) return std::nullopt;
                                  return found->second;
                                },
                                [this](const std::string& name) -> std::optional<crypto::SecretText> {
                                  const auto found = variables.find(name);
                                  if (found == variables.end()) return std::nullopt;
                                  return crypto::SecretText(found->second);
                                }};
    return plan_start(options, sources, clock, random);
  }
  std::string refusal() {
    const auto refused = plan();
    return refused ? std::string("(accepted)") : refused.error().message();
  }
  fs::path write(const std::string& name, const std::string& text) {
    std::ofstream(root / name) << text;
    return root / name;
  }

  fs::path root;
  cli::ServeOptions options;
  std::map<std::string, std::string> variables;
  SystemClock clock;
  crypto::SystemRandom random;
};

TEST_F(StartPlanTest, OutsideDevelopmentEachMissingPieceIsNamedWithItsRemedy) {
  options.data_dir.reset();
  EXPECT_NE(refusal().find("COGOS_DATA_DIR"), std::string::npos);
  options.data_dir = (root / "data").string();
  EXPECT_NE(refusal().find("COGOS_LISTEN"), std::string::npos);
  options.listen = "127.0.0.1:0";
  EXPECT_NE(refusal().find("tls.cert_file"), std::string::npos);
  options.config_file = write("c.toml", "[tls]\ncert_file=\"c\"\nkey_file=\"k\"\n").string();
  EXPECT_NE(refusal().find("COGOS_ADMIN_KEY"), std::string::npos);
  variables["COGOS_ADMIN_KEY"] = "0123456789abcdef";
  EXPECT_NE(refusal().find("COGOS_DEK_HEX"), std::string::npos);
  variables["COGOS_DEK_HEX"] = std::string(64, 'a');
  EXPECT_TRUE(plan());
  EXPECT_TRUE(plan()->made.empty());
}

TEST_F(StartPlanTest, DevelopmentModeMakesWhatIsMissingPrivatelyAndFindsItAgain) {
  options.dev = true;
  const auto first = plan();
  ASSERT_TRUE(first) << first.error().message();
  EXPECT_EQ(first->settings.server.listen, "127.0.0.1:8443");
  EXPECT_EQ(first->made.size(), 3U);
  for (const char* name : {"admin-key", "dek.hex", "dev-key.pem", "dev-cert.pem"}) {
    struct stat status {};
    ASSERT_EQ(::stat((root / "data" / name).c_str(), &status), 0) << name;
    EXPECT_EQ(status.st_mode & 0777U, 0600U) << name;
  }
  const auto second = plan();
  ASSERT_TRUE(second);
  EXPECT_EQ(second->admin_key.reveal(), first->admin_key.reveal());
}

TEST_F(StartPlanTest, DevelopmentModeUsesWhatIsGiven) {
  options.dev = true;
  options.listen = "127.0.0.1:1";
  variables["COGOS_ADMIN_KEY"] = "a-key-of-my-own-choice";
  variables["COGOS_DEK_FILE"] = write("dek", std::string(64, 'b') + "\n").string();
  const auto planned = plan();
  ASSERT_TRUE(planned) << planned.error().message();
  EXPECT_EQ(planned->admin_key.reveal(), "a-key-of-my-own-choice");
  EXPECT_FALSE(fs::exists(root / "data" / "admin-key"));
  EXPECT_FALSE(fs::exists(root / "data" / "dek.hex"));
  EXPECT_EQ(planned->settings.server.listen, "127.0.0.1:1");
}

TEST_F(StartPlanTest, DevelopmentModeMakesNoKeyInPlaceOfAGivenOneThatIsUnfit) {
  options.dev = true;
  for (const auto& [text, words] :
       {std::pair{"", "is empty"}, {"\n", "is empty"}, {"not hex", "64 lower-case hex"}}) {
    variables["COGOS_DEK_FILE"] = write("dek", text).string();
    EXPECT_NE(refusal().find(words), std::string::npos) << refusal();
    EXPECT_FALSE(fs::exists(root / "data" / "dek.hex"));
  }
}

TEST_F(StartPlanTest, TheAdminKeyMayLieInAFileAndTheVariableWins) {
  options.dev = true;
  variables["COGOS_ADMIN_KEY_FILE"] = write("admin", "a-key-that-lies-in-a-file\n").string();
  EXPECT_EQ(plan()->admin_key.reveal(), "a-key-that-lies-in-a-file");
  EXPECT_FALSE(fs::exists(root / "data" / "admin-key"));
  variables["COGOS_ADMIN_KEY"] = "a-key-in-the-variable";
  EXPECT_EQ(plan()->admin_key.reveal(), "a-key-in-the-variable");
  variables.erase("COGOS_ADMIN_KEY");
  for (const auto& [text, words] : {std::pair{"", "is empty"}, {"short", "16 characters"}}) {
    variables["COGOS_ADMIN_KEY_FILE"] = write("admin", text).string();
    EXPECT_NE(refusal().find(words), std::string::npos) << refusal();
  }
  variables["COGOS_ADMIN_KEY_FILE"] = (root / "none").string();
  EXPECT_NE(refusal().find("COGOS_ADMIN_KEY_FILE names "), std::string::npos) << refusal();
  EXPECT_FALSE(fs::exists(root / "data" / "admin-key"));
}

TEST_F(StartPlanTest, FlagsWinOverTheEnvironmentAndThatOverTheFile) {
  options.dev = true;
  options.data_dir.reset();
  options.config_file = write("c.toml", "[store]\ndata_dir=\"" + (root / "file").string() + "\"\n").string();
  EXPECT_EQ(plan()->settings.store.data_dir, (root / "file").string());
  variables["COGOS_DATA_DIR"] = (root / "environment").string();
  EXPECT_EQ(plan()->settings.store.data_dir, (root / "environment").string());
  options.data_dir = (root / "flag").string();
  EXPECT_EQ(plan()->settings.store.data_dir, (root / "flag").string());
}

TEST_F(StartPlanTest, WeakOrMalformedSecretsAreRefusedWithoutRepeatingThem) {
  options.dev = true;
  variables["COGOS_ADMIN_KEY"] = "short";
  EXPECT_NE(refusal().find("16 characters"), std::string::npos);
  variables["COGOS_ADMIN_KEY"] = "0123456789abcdef";
  variables["COGOS_DEK_HEX"] = "not-hex-at-all";
  EXPECT_NE(refusal().find("64 lower-case hex"), std::string::npos);
  EXPECT_EQ(refusal().find("not-hex-at-all"), std::string::npos);
}

TEST_F(StartPlanTest, AnIngressNeedsNoCertificate) {
  options.dev = true;
  options.config_file =
      write("c.toml", "[ingress]\nplaintext_listen=\"127.0.0.1:0\"\ntrusted_proxies=[\"127.0.0.1\"]\n")
          .string();
  const auto planned = plan();
  ASSERT_TRUE(planned) << planned.error().message();
  EXPECT_TRUE(planned->settings.server.listen.empty());
  EXPECT_FALSE(fs::exists(root / "data" / "dev-cert.pem"));
}

}  // namespace
}  // namespace cogos::app
