#include "app/settings.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "support/project_files.hpp"

namespace cogos::app {
namespace {

std::string refusal(const std::string& text) {
  const auto settings = parse_settings(text, "test.toml");
  return settings ? std::string("(accepted)") : settings.error().message();
}

/// config/cogos.toml with every default taken out of its comment.
std::string documented_settings() {
  std::ifstream file(test::project_dir() / "config/cogos.toml");
  std::string line;
  std::string text;
  while (std::getline(file, line)) {
    if (line.size() > 1 && line[0] == '#' && line[1] != ' ') line.erase(0, 1);
    text += line + "\n";
  }
  return text;
}

TEST(Settings, AnEmptyFileIsValid) {
  const auto settings = parse_settings("", "test.toml");
  ASSERT_TRUE(settings);
  EXPECT_EQ(settings->inference.engine, "builtin");
  EXPECT_EQ(settings->limits.max_body_bytes, 1U << 20U);
}

TEST(Settings, TheDocumentedFileHoldsEverySettingWithItsDefault) {
  const std::string text = documented_settings();
  std::size_t assignments = 0;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    if (!line.empty() && line[0] != '#' && line.find(" = ") != std::string::npos) ++assignments;
  }
  // Left as they are, the limits on requests are said not to be enforced yet; nothing else is amiss.
  const auto documented = parse_settings(text, "cogos.toml");
  ASSERT_TRUE(documented) << documented.error().message();
  const Settings defaults;
  EXPECT_EQ(describe(*documented), describe(defaults));
  EXPECT_EQ(assignments, describe(defaults).size());
}

TEST(Settings, AnUnknownKeyNamesTheNearestKnownOne) {
  const std::string message = refusal("[limits]\nmax_body_byte = 5\n");
  EXPECT_NE(message.find("test.toml:2"), std::string::npos) << message;
  EXPECT_NE(message.find("limits.max_body_bytes"), std::string::npos) << message;
  EXPECT_NE(refusal("[inferense]\n").find("[inference]"), std::string::npos);
  EXPECT_NE(refusal("listen = \"x\"\n").find("unknown section"), std::string::npos);
}

TEST(Settings, WrongTypesAndRangesNameTheKeyAndWhatItMayBe) {
  EXPECT_NE(refusal("[server]\nthreads = -1\n").find("server.threads must be a whole number from 0 to 256"),
            std::string::npos);
  EXPECT_NE(refusal("[server]\nthreads = \"2\"\n").find("server.threads"), std::string::npos);
  EXPECT_NE(refusal("[inference]\nengine = \"gpt\"\n").find("\"ollama\""), std::string::npos);
  EXPECT_NE(refusal("[defence]\nhoneypots = 1\n").find("true or false"), std::string::npos);
  EXPECT_NE(refusal("[ingress]\ntrusted_proxies = [1]\n").find("array of strings"), std::string::npos);
  EXPECT_NE(refusal("[server\n").find("not TOML"), std::string::npos);
}

TEST(Settings, CombinationsThatCannotBeAreRefused) {
  EXPECT_NE(refusal("[tls]\ncert_file = \"a\"\n").find("key_file"), std::string::npos);
  EXPECT_NE(refusal("[ingress]\nplaintext_listen = \"0.0.0.0:80\"\n").find("trusted_proxies"),
            std::string::npos);
  EXPECT_NE(refusal("[inference]\nengine = \"ollama\"\n").find("inference.url"), std::string::npos);
}

TEST(Settings, AnOriginIsOneAndHttps) {
  for (const char* bad : {"http://api.example", "https://api.example/", "https://api.example:443",
                          "https://API.example", "https://u@api.example", "api.example", "https://a?b",
                          "https://a b", "https://a#b", "https://api.example/\\\"><script>", "https://"}) {
    EXPECT_NE(refusal("[server]\norigin = \"" + std::string(bad) + "\"\n")
                  .find("server.origin must be https://host"),
              std::string::npos)
        << bad;
  }
  for (const char* good : {"https://api.example", "https://127.0.0.1:8443", "https://[::1]:8443"}) {
    EXPECT_TRUE(parse_settings("[server]\norigin = \"" + std::string(good) + "\"\n", "t")) << good;
  }
  EXPECT_NE(refusal("[server]\nredirect_listen = \"0.0.0.0:80\"\n").find("needs server.origin"),
            std::string::npos);
}

TEST(Settings, WhereOperatorsCallFromAndToIsChecked) {
  EXPECT_NE(refusal("[admin]\nallow_from = [\"10.0.0.1/8\"]\n").find("admin.allow_from: \"10.0.0.1/8\""),
            std::string::npos);
  EXPECT_NE(refusal("[admin]\nlisten = \"localhost:9\"\n").find("admin.listen: \"localhost:9\""),
            std::string::npos);
  EXPECT_NE(refusal("[server]\nlisten = \"127.0.0.1:9\"\n[admin]\nlisten = \"127.0.0.1:9\"\n")
                .find("another listener"),
            std::string::npos);
  EXPECT_TRUE(parse_settings("[admin]\nlisten = \"[::1]:9\"\nallow_from = [\"10.0.0.0/8\", \"::1\"]\n", "t"));
}

}  // namespace
}  // namespace cogos::app
