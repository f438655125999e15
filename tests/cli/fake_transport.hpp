#pragma once

#include "cli/cli_test.hpp"
#include "cli/server_parts.hpp"

namespace cogos::test {

inline constexpr std::string_view kAdminKey = "the-admin-key-of-this-test";

/// A server that gives one answer to every call, and keeps the calls.
class FakeTransport final : public cli::AdminTransport {
 public:
  Result<cli::AdminResponse> send(const cli::AdminRequest& request, const crypto::SecretText& key) override {
    requests.push_back(request);
    keys.emplace_back(key.reveal());
    if (failure) return *failure;
    return cli::AdminResponse{status, crypto::SecretText(body)};
  }

  int status = 200;
  std::string body = "{}";
  std::optional<Error> failure;
  std::vector<cli::AdminRequest> requests;
  std::vector<std::string> keys;
};

/// Commands that call a server, with the admin key in the environment, which none of them may print.
class AdminTest : public CliTest {
 protected:
  AdminTest() {
    environment_["COGOS_ADMIN_KEY"] = kAdminKey;
    server_.admin = &transport_;
  }

  Outcome admin(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), "admin");
    auto outcome = run(arguments);
    EXPECT_FALSE(outcome.says(kAdminKey) || outcome.complains(kAdminKey));
    return outcome;
  }
  Json sent() const { return Json::parse(transport_.requests.at(0).body); }
  std::string asked() const {
    return transport_.requests.at(0).method + " " + transport_.requests.at(0).path;
  }

  FakeTransport transport_;
};

}  // namespace cogos::test
