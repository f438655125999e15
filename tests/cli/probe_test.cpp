// How `cogos probe` is used, what it reports, and to whom.

#include "cli/probe_test.hpp"

namespace cogos::test {
namespace {

TEST_F(Probe, WhereNobodyAnswersThatIsTheResultAndIsReported) {
  target.gone = true;
  const auto outcome = probe();
  EXPECT_EQ(outcome.code, 1);
  EXPECT_EQ(failed(), Names{"reach"});
  EXPECT_EQ(lines().size(), 1U);
  EXPECT_TRUE(outcome.says("nobody there"));
}

TEST_F(Probe, TheReportHoldsWhatTheFileDoes) {
  EXPECT_EQ(probe({"--report", kTarget}).code, 0);
  ASSERT_EQ(target.reports.size(), 1U);
  const Json report = Json::parse(target.reports[0]);
  EXPECT_EQ(report.size(), 4U);
  EXPECT_EQ(report["target"], kTarget);
  EXPECT_EQ(report["started_at"], "2025-11-23T12:13:20.123Z");
  const auto all = lines();
  EXPECT_EQ(report["run_id"], all[0]["run_id"]);
  ASSERT_EQ(report["checks"].size(), all.size());
  for (std::size_t i = 0; i < all.size(); ++i) {
    for (const char* name : {"check", "ok", "ms", "detail"})
      EXPECT_EQ(report["checks"][i][name], all[i][name]);
  }
  EXPECT_EQ(target.keys.back(), kProbeKey);
}

TEST_F(Probe, AReportIsSentAgainWhereTheServerWasBusyAndThatIsAnEnd) {
  target.report_statuses = {503};
  EXPECT_EQ(probe({"--report", std::string(kTarget) + "/v1/probe-reports"}).code, 0);
  ASSERT_EQ(target.reports.size(), 2U);
  EXPECT_EQ(target.reports[0], target.reports[1]);
  target.report_statuses = {503, 503};
  const auto refused = probe({"--report", kTarget});
  EXPECT_EQ(refused.code, 2) << "all passed, and nobody knows";
  EXPECT_TRUE(refused.complains("503"));
  target.report_statuses = {403};
  EXPECT_EQ(probe({"--report", kTarget}).code, 2);
  EXPECT_EQ(target.reports.size(), 5U) << "a refusal is no reason to ask again";
  target.spoil = {{"/ready", status(503)}};
  target.report_statuses = {503, 503};
  EXPECT_EQ(probe({"--report", kTarget}).code, 1) << "that a check failed matters more";
}

TEST_F(Probe, AReportsKeyGoesToNobodyElse) {
  environment_.erase("COGOS_PROBE_KEY");
  environment_.erase("COGOS_PROBE_HMAC_SECRET");
  environment_["COGOS_PROBE_REPORT_KEY"] = kProbeKey;
  EXPECT_EQ(probe({"--report", "https://ours.example"}).code, 0);
  for (std::size_t i = 0; i < target.requests.size(); ++i) {
    if (!target.keys[i].empty() && target.keys[i] == kProbeKey) {
      EXPECT_EQ(target.requests[i].origin, "https://ours.example");
    }
  }
  EXPECT_FALSE(made("decoy.env"));
  EXPECT_EQ(probe({"--report", kTarget}).code, 0);
  EXPECT_TRUE(made("decoy.cloud")) << "to the target itself it may be shown";
}

TEST_F(Probe, WhatAServerSaysCannotSteerATerminalNorBreakALine) {
  target.spoil = {
      {"/.well-known/security.txt",
       [](cli::ProbeAnswer& answer) { answer.body = "Contact: x\nExpires: \x1b[2J\xff\n"; }},
      {"/health", header("X-Frame-Options", "\x1b[31m" + std::string(500, 'x') + "\xc3\xbc\xff")}};
  const auto outcome = probe();
  EXPECT_EQ(outcome.code, 1);
  EXPECT_FALSE(outcome.says("\x1b"));
  for (const Json& line : lines()) EXPECT_LE(line["detail"].get<std::string>().size(), 200U);
}

TEST_F(Probe, WrongUseIsToldBeforeAnythingIsSent) {
  const auto refused = [this](std::vector<std::string> arguments, std::string_view words) {
    arguments.insert(arguments.begin(), "probe");
    const auto outcome = run(std::move(arguments));
    EXPECT_EQ(outcome.code, 2) << words;
    EXPECT_TRUE(outcome.complains(words)) << outcome.err;
  };
  const std::string out = path("out.jsonl");
  refused({}, "--self");
  refused({"--target", kTarget}, "--out");
  refused({"--target", "http://api.example", "--out", out}, "https://");
  refused({"--target", "https://api.example/path", "--out", out}, "nothing after it");
  refused({"--target", kTarget, "--out", path("no/such/directory")}, "cannot write");
  refused({"--target", kTarget, "--out", out, "--plain", "https://api.example"}, "--plain");
  refused({"--target", kTarget, "--out", out, "--report", "http://api.example"}, "--report");
  refused({"--target", kTarget, "--out", out, "--key-file", path("none")}, "cannot read");
  refused({"--target", kTarget, "--out", out, "--ca", path("none")}, "cannot read");
  refused({"--target", kTarget, "--out", out, "--hmac-secret-file", file("short", "abc")}, "64 hex");
  refused({"--target", kTarget, "--out", out, "--key-file", file("two", "a b")}, "printable ASCII");
  refused({"--target", kTarget, "--out", out, "--key", std::string(kProbeKey)}, "--key");
  refused({"--self", "--target", kTarget}, "--self");
  environment_.clear();
  refused({"--target", kTarget, "--out", out, "--report", kTarget}, "--report-key-file");
  EXPECT_TRUE(target.requests.empty());
  EXPECT_FALSE(exists("out.jsonl"));
  EXPECT_FALSE(exists("out.jsonl.part"));
}

TEST_F(Probe, CertificatesToTrustAreHandedOn) {
  EXPECT_EQ(probe({"--ca", file("ca.pem", "PEM")}).code, 0);
  EXPECT_EQ(trusted.ca_pem, "PEM");
  EXPECT_FALSE(trusted.own_machine);
}

TEST_F(Probe, ItsOwnServerIsAskedQuietly) {
  auto well = run({"probe", "--self"});
  EXPECT_EQ(well.code, 0);
  EXPECT_EQ(well.out + well.err, "");
  EXPECT_TRUE(trusted.own_machine);
  ASSERT_EQ(target.requests.size(), 2U);
  EXPECT_EQ(target.requests[0].origin, "https://127.0.0.1:8443");
  target.spoil = {{"/ready", status(503)}};
  const auto ill = run({"probe", "--self"});
  EXPECT_EQ(ill.code, 1);
  EXPECT_TRUE(ill.complains("/ready: status 503"));
  target.gone = true;
  EXPECT_EQ(run({"probe", "--self"}).code, 1);
  server_.own_door = [](const cli::OwnServer& own) -> Result<cli::OwnDoor> {
    return Error(ErrorCode::unreadable_input, "not " + own.config_file + " " + own.listen.value_or("-"));
  };
  const auto lost = run({"probe", "--self", "--config", "c.toml", "--listen", "127.0.0.1:1"});
  EXPECT_EQ(lost.code, 2);
  EXPECT_TRUE(lost.complains("not c.toml 127.0.0.1:1"));
}

TEST_F(Probe, BehindAFrontDoorItsOwnServerHearsThatTheRequestCameByHttps) {
  server_.own_door = [](const cli::OwnServer&) { return cli::OwnDoor{"http://127.0.0.1:8080", true}; };
  run({"probe", "--self"});
  ASSERT_FALSE(target.requests.empty());
  EXPECT_EQ(target.requests[0].headers,
            (std::vector<std::pair<std::string, std::string>>{{"X-Forwarded-Proto", "https"}}));
}

}  // namespace
}  // namespace cogos::test
