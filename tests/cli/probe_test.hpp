#pragma once

#include <algorithm>
#include <functional>
#include <sstream>
#include <string>
#include <vector>

#include "cli/fake_target.hpp"

namespace cogos::test {

inline constexpr const char* kTarget = "https://api.example";

/// `cogos probe` against a server as it should be, of which a test spoils what it likes.
class Probe : public CliTest {
 protected:
  Probe() {
    server_.probe = [this](const cli::ProbeTrust& trust) {
      trusted = trust;
      return target.transport();
    };
    server_.own_door = [](const cli::OwnServer&) { return cli::OwnDoor{"https://127.0.0.1:8443", false}; };
    environment_["COGOS_PROBE_KEY"] = kProbeKey;
    environment_["COGOS_PROBE_HMAC_SECRET"] = kProbeSecret;
  }

  Outcome probe(std::vector<std::string> more = {}) {
    std::vector<std::string> arguments{"probe", "--target", kTarget, "--out", path("out.jsonl")};
    arguments.insert(arguments.end(), more.begin(), more.end());
    auto outcome = run(std::move(arguments));
    for (const std::string& secret : {std::string(kProbeKey), std::string(kCustomerKey), kProbeSecret}) {
      EXPECT_FALSE(outcome.says(secret) || outcome.complains(secret));
    }
    return outcome;
  }
  /// The lines of the results file.
  std::vector<Json> lines() const {
    std::vector<Json> found;
    std::istringstream text(content("out.jsonl"));
    for (std::string line; std::getline(text, line);) found.push_back(Json::parse(line));
    return found;
  }
  /// Names of the checks that failed.
  std::vector<std::string> failed() const {
    std::vector<std::string> names;
    for (const Json& line : lines()) {
      if (line["ok"] == false) names.push_back(line["check"]);
    }
    return names;
  }
  bool made(const std::string& name) const {
    const auto all = lines();
    return std::any_of(all.begin(), all.end(), [&](const Json& line) { return line["check"] == name; });
  }
  /// What failed once the answers to `path` were spoilt.
  std::vector<std::string> spoilt(const std::string& path, std::function<void(cli::ProbeAnswer&)> change) {
    target.spoil = {{path, std::move(change)}};
    EXPECT_EQ(probe().code, 1) << path;
    target.spoil.clear();
    return failed();
  }
  std::vector<std::string> tampered(const std::string& path, std::function<void(cli::ProbeAnswer&)> change) {
    target.tamper = {{path, std::move(change)}};
    EXPECT_EQ(probe().code, 1) << path;
    target.tamper.clear();
    return failed();
  }

  using Names = std::vector<std::string>;
  FakeTarget target;
  cli::ProbeTrust trusted;
};

inline std::function<void(cli::ProbeAnswer&)> status(int code) {
  return [code](cli::ProbeAnswer& answer) { answer.status = code; };
}
inline std::function<void(cli::ProbeAnswer&)> body(std::string text) {
  return [text = std::move(text)](cli::ProbeAnswer& answer) { answer.body = text; };
}
inline std::function<void(cli::ProbeAnswer&)> header(std::string name, std::string value) {
  return [=](cli::ProbeAnswer& answer) { set_header(answer, name, value); };
}

}  // namespace cogos::test
