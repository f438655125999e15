#include "api/decoys.hpp"

#include <gtest/gtest.h>

#include "api/decoy_bodies.hpp"
#include "base/json.hpp"
#include "crypto/system_random.hpp"
#include "keys/mint.hpp"
#include "support/manual_clock.hpp"
#include "support/memory_audit_log.hpp"
#include "support/memory_key_store.hpp"
#include "support/noted_events.hpp"
#include "support/run_task.hpp"

namespace cogos::api {
namespace {

using enum http::ScannerPattern;

struct Asked {
  http::ScannerPattern pattern;
  const char* path;
  const char* type;
};

const std::vector<Asked> kAsked{
    {dot_env, "/.env", "text/plain"},
    {version_control, "/.git/config", "text/plain"},
    {version_control, "/.git/index", "application/octet-stream"},
    {cloud_credentials, "/.aws/credentials", "text/plain"},
    {cloud_credentials, "/credentials.json", "application/json"},
    {cloud_credentials, "/terraform.tfstate", "application/json"},
    {cloud_credentials, "/.kube/config", "application/yaml"},
    {cloud_credentials, "/.npmrc", "text/plain"},
    {cloud_credentials, "/.pypirc", "text/plain"},
    {cloud_credentials, "/.netrc", "text/plain"},
    {cloud_credentials, "/.htpasswd", "text/plain"},
    {cloud_credentials, "/.git-credentials", "text/plain"},
    {cloud_credentials, "/.ssh/id_rsa", "text/plain"},
    {cloud_credentials, "/.ssh/id_ed25519", "text/plain"},
    {wordpress, "/wp-login.php", "text/html"},
    {wordpress, "/xmlrpc.php", "text/plain"},
    {wordpress, "/wp-config.php.bak", "text/plain"},
    {wordpress, "/wp-json/wp/v2/users", "application/json"},
    {database_admin, "/phpmyadmin", "text/html"},
    {database_dump, "/dump.sql", "application/sql"},
    {server_status, "/server-status", "text/html"},
    {actuator, "/actuator/env", "application/json"},
    {actuator, "/actuator/health", "application/json"},
    {phpinfo, "/phpinfo.php", "text/html"},
    {unknown_api_version, "/v2/models", "application/json"},
};

http::Response answer(const Decoys& decoys, http::ScannerPattern pattern, const std::string& path) {
  http::Exchange exchange;
  exchange.request.method = "GET";
  exchange.request.target = path;
  const http::Route& route = decoys.routes()[static_cast<std::size_t>(pattern)];
  return test::run_task(route.handler(exchange)).value();
}

class DecoysTest : public ::testing::Test {
 protected:
  test::ManualClock clock;
  crypto::SystemRandom random;
  keys::Keyring keyring{{}, keys::seed_packages()};
  proof::AttestationSigner signer{crypto::Ed25519PrivateKey::generate(random), "1.0.0+test"};
  test::MemoryAuditLog log{clock};
  test::MemoryKeyStore store{log};
  test::NotedEvents observer;
  keys::OperatorRows rows{signer, random, std::nullopt};
  keys::Quarantine quarantine{{keyring, store, log, rows, observer, clock}};
  Decoys decoys{quarantine};
};

TEST_F(DecoysTest, ArePlausibleAndEverySecretIsACanary) {
  for (const Asked& asked : kAsked) {
    const http::Response response = answer(decoys, asked.pattern, asked.path);
    EXPECT_EQ(response.status, 200);
    EXPECT_TRUE(response.headers.find("Content-Type")->starts_with(asked.type)) << asked.path;
    EXPECT_NE(response.body.find("CANARY"), std::string::npos) << asked.path;
    if (std::string_view(asked.type) == "application/json") {
      const auto json = base::parse_json(response.body);
      ASSERT_TRUE(json) << asked.path;
      EXPECT_EQ(base::canonical(*json), response.body) << asked.path;
    }
  }
}

TEST_F(DecoysTest, EachLineThatNamesASecretHasACanaryInIt) {
  for (const Asked& asked : kAsked) {
    const http::Response response = answer(decoys, asked.pattern, asked.path);
    std::istringstream lines(response.body);
    for (std::string line; std::getline(lines, line);) {
      std::string lower = line;
      std::transform(lower.begin(), lower.end(), lower.begin(),
                     [](unsigned char c) { return std::tolower(c); });
      const bool field =
          line.find("<input") != std::string::npos || line.find("varchar") != std::string::npos;
      for (const char* word : {"password", "secret", "_key", "private key", "authtoken", "token:", "pwd"}) {
        if (field || lower.find(word) == std::string::npos) continue;
        EXPECT_NE(line.find("CANARY"), std::string::npos) << asked.path << ": " << line;
      }
      EXPECT_EQ(lower.find("/admin"), std::string::npos) << "nothing public names the operators' routes";
    }
  }
}

TEST_F(DecoysTest, NoRouteHasAPathOrAsksForAnything) {
  for (const http::Route& route : decoys.routes()) {
    EXPECT_TRUE(route.pattern.starts_with("decoy:"));
    EXPECT_EQ(route.realm, http::Realm::open);
    EXPECT_EQ(route.body, http::BodyKind::none);
  }
}

TEST_F(DecoysTest, AnyPathOfAPatternGetsOne) {
  for (std::size_t i = 0; i < http::kScannerPatterns; ++i) {
    const auto pattern = static_cast<http::ScannerPattern>(i);
    EXPECT_NE(decoy_body(pattern, "/some/other/name").body.find("CANARY"), std::string_view::npos)
        << http::to_text(pattern);
  }
}

TEST_F(DecoysTest, AreGivenOutOnceTheQuarantineIsOnDisk) {
  const keys::Dek dek = keys::Dek::from_hex(std::string(64, 'd')).value();
  keys::KeyOrder order;
  order.tenant_id = "acme";
  order.package_id = "team";
  const auto key = keys::mint(order, clock.now(), dek, random).value();
  keyring.put(key.record);
  store.hold();
  quarantine.impose({{key.record.key_id, {"dot_env", "192.0.2.7", true, 5, 1, 0}}});
  boost::asio::io_context io(1);
  http::Exchange exchange;
  exchange.request = {"GET", "/.env", {}, {}, true};
  bool answered = false;
  boost::asio::co_spawn(boost::asio::make_strand(io.get_executor()), decoys.routes()[0].handler(exchange),
                        [&](std::exception_ptr, Result<http::Response>) { answered = true; });
  io.poll();
  EXPECT_FALSE(answered);
  store.let_go();
  io.restart();
  io.poll();
  EXPECT_TRUE(answered);
}

}  // namespace
}  // namespace cogos::api
