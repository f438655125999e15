#include "app/own_door.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>

namespace cogos::app {
namespace {

std::string door(const std::string& text) {
  const auto settings = parse_settings(text, "test");
  EXPECT_TRUE(settings);
  const auto found = own_door(*settings);
  if (!found) return "(none)";
  return found->origin + (found->front_door ? " behind a front door" : "");
}

TEST(OwnDoor, IsTheListenerThatLoopbackReaches) {
  EXPECT_EQ(door("[server]\nlisten = \"0.0.0.0:8443\""), "https://127.0.0.1:8443");
  EXPECT_EQ(door("[server]\nlisten = \"[::]:8443\""), "https://[::1]:8443");
  EXPECT_EQ(door("[server]\nlisten = \"127.0.0.1:443\""), "https://127.0.0.1:443");
  EXPECT_EQ(door("[server]\nlisten = \"10.0.0.5:443\"\n[admin]\nlisten = \"127.0.0.1:9443\""),
            "https://127.0.0.1:9443");
  EXPECT_EQ(door("[ingress]\nplaintext_listen = \"0.0.0.0:8080\"\ntrusted_proxies = [\"10.0.0.0/8\", "
                 "\"127.0.0.1\"]"),
            "http://127.0.0.1:8080 behind a front door");
}

TEST(OwnDoor, IsNoneWhereLoopbackReachesNothing) {
  EXPECT_EQ(door("[server]\nlisten = \"10.0.0.5:443\""), "(none)");
  EXPECT_EQ(door("[server]\nlisten = \"0.0.0.0:0\""), "(none)");
  EXPECT_EQ(door("[ingress]\nplaintext_listen = \"0.0.0.0:8080\"\ntrusted_proxies = [\"10.0.0.0/8\"]"),
            "(none)");
}

TEST(OwnDoor, IsFoundAsServeFindsItsAddress) {
  std::map<std::string, std::string> variables;
  const auto environment = [&variables](const std::string& name) -> std::optional<std::string> {
    const auto found = variables.find(name);
    return found == variables.end() ? std::nullopt : std::optional(found->second);
  };
  EXPECT_EQ(find_own_door({}, environment)->origin, "https://127.0.0.1:8443");
  const std::string file = testing::TempDir() + "own-door.toml";
  std::ofstream(file) << "[server]\nlisten = \"127.0.0.1:1001\"\n";
  EXPECT_EQ(find_own_door({file, std::nullopt}, environment)->origin, "https://127.0.0.1:1001");
  variables["COGOS_LISTEN"] = "127.0.0.1:1002";
  EXPECT_EQ(find_own_door({file, std::nullopt}, environment)->origin, "https://127.0.0.1:1002");
  EXPECT_EQ(find_own_door({file, "127.0.0.1:1003"}, environment)->origin, "https://127.0.0.1:1003");
  std::filesystem::remove(file);
  EXPECT_FALSE(find_own_door({file, std::nullopt}, environment));
}

}  // namespace
}  // namespace cogos::app
