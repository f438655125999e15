#include <algorithm>
#include <sstream>

#include "cli/fake_target.hpp"
#include "cli/page_scan.hpp"

namespace cogos::test {
namespace {

constexpr const char* kTarget = "https://api.example";

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

std::function<void(cli::ProbeAnswer&)> status(int code) {
  return [code](cli::ProbeAnswer& answer) { answer.status = code; };
}
std::function<void(cli::ProbeAnswer&)> body(std::string text) {
  return [text = std::move(text)](cli::ProbeAnswer& answer) { answer.body = text; };
}
std::function<void(cli::ProbeAnswer&)> header(std::string name, std::string value) {
  return [=](cli::ProbeAnswer& answer) { set_header(answer, name, value); };
}

TEST_F(Probe, AServerAsItShouldBePassesEveryCheck) {
  const auto outcome = probe();
  EXPECT_EQ(outcome.code, 0) << outcome.out << outcome.err;
  EXPECT_EQ(failed(), Names{});
  const auto all = lines();
  EXPECT_GE(all.size(), 45U);
  for (const Json& line : all) {
    EXPECT_EQ(line.size(), 6U);
    EXPECT_EQ(line["target"], kTarget);
    EXPECT_EQ(line["run_id"], all[0]["run_id"]);
    EXPECT_TRUE(line["ms"].is_number_unsigned());
    EXPECT_FALSE(line["detail"].get<std::string>().empty());
  }
  EXPECT_TRUE(outcome.says("CHECK "));
  EXPECT_TRUE(outcome.says(std::to_string(all.size()) + " passed, 0 failed, 0 not made"));
  for (const char* name : {"me.attestation", "me.signature", "decoy.cloud", "headers.redirect", "plain.v1"}) {
    EXPECT_TRUE(made(name)) << name;
  }
}

TEST_F(Probe, TlsThatIsTooOldOrTooNewlyMissingIsFound) {
  const auto good = target.tls;
  target.tls = [](cli::TlsOffer) -> Result<cli::TlsOutcome> {
    return cli::TlsOutcome{true, {}, FixedClock().now() + std::chrono::days{90}};
  };
  EXPECT_EQ(probe().code, 1);
  EXPECT_EQ(failed(), (Names{"tls.1_0", "tls.1_1"}));
  target.tls = [&good](cli::TlsOffer version) -> Result<cli::TlsOutcome> {
    if (version == cli::TlsOffer::tls1_3) return cli::TlsOutcome{false, "no such version", std::nullopt};
    return good(version);
  };
  EXPECT_EQ(probe().code, 1);
  EXPECT_EQ(failed(), (Names{"tls.1_3"})) << "the certificate is then looked at with 1.2";
  target.tls = [](cli::TlsOffer) -> Result<cli::TlsOutcome> {
    return Error(ErrorCode::upstream_timeout, "slow");
  };
  EXPECT_EQ(probe().code, 1);
  EXPECT_EQ(failed(), (Names{"tls.1_2", "tls.1_3", "tls.certificate"})) << "silence is no acceptance";
}

TEST_F(Probe, ACertificateThatEndsWithinTwoWeeksIsFound) {
  const auto ending = [this](std::chrono::milliseconds left) {
    target.tls = [left](cli::TlsOffer version) -> Result<cli::TlsOutcome> {
      const bool old = version == cli::TlsOffer::tls1_0 || version == cli::TlsOffer::tls1_1;
      return cli::TlsOutcome{!old, {}, FixedClock().now() + left};
    };
    probe();
    return failed();
  };
  EXPECT_EQ(ending(std::chrono::days{14}), Names{});
  EXPECT_EQ(ending(std::chrono::days{14} - std::chrono::milliseconds{1}), Names{"tls.certificate"});
  EXPECT_EQ(ending(-std::chrono::hours{1}), Names{"tls.certificate"});
}

TEST_F(Probe, AHeaderThatIsMissingOrLaxIsFoundOnEveryKindOfResponse) {
  const Names everywhere{"headers.page",   "headers.json",     "headers.not-found", "headers.unauthorized",
                         "headers.method", "headers.v1-error", "headers.redirect"};
  Names by_tls = everywhere;
  by_tls.pop_back();
  EXPECT_EQ(spoilt("*", header("strict-transport-security", "")), by_tls);
  EXPECT_EQ(spoilt("*", header("strict-transport-security", "max-age=1")), by_tls);
  for (const char* name :
       {"Content-Security-Policy", "X-Content-Type-Options", "X-Frame-Options", "Referrer-Policy",
        "Permissions-Policy", "Cross-Origin-Opener-Policy", "Cross-Origin-Resource-Policy"}) {
    EXPECT_EQ(spoilt("*", header(name, "")), everywhere) << name;
  }
  EXPECT_EQ(spoilt("*", header("X-Frame-Options", "SAMEORIGIN")), everywhere);
  EXPECT_EQ(spoilt("*", header("Server", "nginx/1.2.3")), everywhere);
  EXPECT_EQ(
      spoilt("*", [](cli::ProbeAnswer& answer) { answer.headers.emplace_back("x-frame-options", "DENY"); }),
      everywhere)
      << "twice";
  EXPECT_EQ(spoilt("/health", header("X-Frame-Options", "")), Names{"headers.json"});
}

TEST_F(Probe, APolicyThatLetsSomethingInIsFound) {
  const auto policy = [this](const std::string& text) {
    return spoilt("/health", header("Content-Security-Policy", text)) == Names{"headers.json"};
  };
  const std::string good = "default-src 'none'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'";
  const std::string stricter = good + "; require-trusted-types-for 'script'; upgrade-insecure-requests";
  target.spoil = {{"/health", header("Content-Security-Policy", good)},
                  {"/ready", header("Content-Security-Policy", stricter)}};
  EXPECT_EQ(probe().code, 0);
  EXPECT_TRUE(policy("default-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'"));
  EXPECT_TRUE(policy("default-src 'none'; base-uri 'none'; frame-ancestors 'none'"));
  EXPECT_TRUE(policy("default-src 'none'; form-action 'none'; base-uri 'none'"));
  EXPECT_TRUE(policy("default-src 'none'; form-action 'none'; frame-ancestors 'none'"));
  EXPECT_TRUE(policy(good + "; script-src 'unsafe-inline'"));
  EXPECT_TRUE(policy(good + "; style-src 'self' 'unsafe-inline'"));
  EXPECT_TRUE(policy(good + "; img-src https://cdn.example"));
  EXPECT_TRUE(policy(good + "; script-src https://checkout.stripe.com"));
  EXPECT_TRUE(policy("default-src 'self'; " + good)) << "the first of a name counts";
}

TEST_F(Probe, ARefusalThatIsNoneIsFound) {
  const auto me_without = [](int code, std::string type) {
    return [=](cli::ProbeAnswer& answer) {
      if (answer.status == 401) {
        answer.status = code;
        answer.body = R"({"error":{"message":"x","type":")" + type + "\"}}";
      }
    };
  };
  EXPECT_EQ(spoilt("/v1/me", me_without(200, "invalid_request_error")),
            (Names{"headers.unauthorized", "auth.no-key", "auth.wrong-key"}));
  EXPECT_EQ(spoilt("/v1/me", me_without(401, "other")), (Names{"auth.no-key", "auth.wrong-key"}));
  EXPECT_EQ(spoilt("/admin/keys", status(200)), Names{"admin.closed"});
  target.spoil = {{"/admin/keys", status(404)}};
  EXPECT_EQ(probe().code, 0) << "where the operators have a listener of their own";
}

TEST_F(Probe, AnOperatorsSurfaceThatShowsItselfIsFound) {
  target.spoil["*"] = [this](cli::ProbeAnswer& answer) {
    if (target.requests.back().target.starts_with("/admin/no-such")) answer.body += " ";
  };
  EXPECT_EQ(probe().code, 1);
  EXPECT_EQ(failed(), Names{"admin.unknown"});
  target.spoil["*"] = [this](cli::ProbeAnswer& answer) {
    if (target.requests.back().target.starts_with("/admin/no-such"))
      answer.headers.emplace_back("X-More", "1");
  };
  EXPECT_EQ(probe().code, 1);
  EXPECT_EQ(failed(), Names{"admin.unknown"});
  target.spoil["*"] = [this](cli::ProbeAnswer& answer) {
    if (target.requests.back().target.starts_with("/admin/no-such")) answer.status = 401;
  };
  EXPECT_EQ(probe().code, 1);
  EXPECT_EQ(failed(), Names{"admin.unknown"});
}

TEST_F(Probe, AServerThatIsNotWellIsFound) {
  EXPECT_EQ(spoilt("/health", body(R"({"ok":false})")), Names{"health"});
  EXPECT_EQ(spoilt("/ready", status(503)), (Names{"ready", "headers.method"}));
}

TEST_F(Probe, APageThatIsMissingOrLoadsFromElsewhereIsFound) {
  const std::map<std::string, std::string> pages{
      {"/security", "page.security"}, {"/whitepaper", "page.whitepaper"},
      {"/cookbook", "page.cookbook"}, {"/trust", "page.trust"},
      {"/sla", "page.sla"},           {"/sub-processors", "page.sub-processors"},
      {"/terms", "page.terms"},       {"/privacy", "page.privacy"}};
  for (const auto& [path, name] : pages) EXPECT_EQ(spoilt(path, status(404)), Names{name});
  EXPECT_EQ(spoilt("/", body("<script src='https://cdn.example/x.js'></script>")), Names{"page.home"});
  EXPECT_EQ(spoilt("/trust", header("Content-Type", "text/plain")), Names{"page.trust"});
}

TEST_F(Probe, ADocumentThatIsNotWhatItShouldBeIsFound) {
  EXPECT_EQ(spoilt("/.well-known/security.txt", status(404)), Names{"doc.security-txt"});
  EXPECT_EQ(spoilt("/.well-known/security.txt",
                   body("Contact: mailto:a@b.example\nExpires: 2020-01-01T00:00:00Z\n")),
            Names{"doc.security-txt"});
  EXPECT_EQ(spoilt("/.well-known/security.txt", body("Expires: 2026-01-01T00:00:00Z\n")),
            Names{"doc.security-txt"});
  EXPECT_EQ(spoilt("/robots.txt", status(404)), Names{"doc.robots"});
  EXPECT_EQ(spoilt("/robots.txt", body("Disallow: /admin\n")), Names{"doc.robots"});
  EXPECT_EQ(spoilt("/openapi.json", body("{}")), Names{"doc.openapi"});
  EXPECT_EQ(spoilt("/openapi.json", body(R"({"openapi":"3.1.0","paths":{"/admin/keys":{}}})")),
            Names{"doc.openapi"});
  EXPECT_EQ(spoilt("/cosign.pub", status(200)), Names{"doc.cosign"});
  target.spoil = {{"/cosign.pub", [](cli::ProbeAnswer& answer) {
                     answer.status = 200;
                     answer.body = "-----BEGIN PUBLIC KEY-----\nx\n-----END PUBLIC KEY-----\n";
                   }}};
  EXPECT_EQ(probe().code, 0);
}

TEST_F(Probe, AttestationKeysThatDoNotFitTogetherAreFound) {
  EXPECT_EQ(spoilt("/attestation.pub", header("X-Cogos-Attestation-Kid", "0011223344556677")),
            Names{"attestation.current"});
  EXPECT_EQ(spoilt("/attestation/keys", body(R"({"keys":[]})")), Names{"attestation.keys"});
  EXPECT_EQ(spoilt("/attestation/keys", body(R"({"keys":[{"kid":"00","public_pem":"x","ended_at":null}]})")),
            Names{"attestation.keys"});
  EXPECT_EQ(spoilt("/attestation/keys",
                   [](cli::ProbeAnswer& answer) {
                     auto list = Json::parse(answer.body);
                     list["keys"][0]["ended_at"] = "2025-01-01T00:00:00.000Z";
                     answer.body = list.dump();
                   }),
            Names{"attestation.keys"});
}

TEST_F(Probe, AReceiptThatDoesNotHoldIsFound) {
  const auto keyed = [this](std::function<void(cli::ProbeAnswer&)> change) {
    return [this, change](cli::ProbeAnswer& answer) {
      if (target.keys.back() == kProbeKey) change(answer);
    };
  };
  EXPECT_EQ(tampered("/v1/me", keyed([](cli::ProbeAnswer& answer) { answer.body += " "; })),
            (Names{"me.attestation", "me.signature"}));
  EXPECT_EQ(tampered("/v1/me", keyed(header("X-Cogos-Attestation", ""))), Names{"me.attestation"});
  EXPECT_EQ(tampered("/v1/me", keyed(header("X-Cogos-Signature", ""))), Names{"me.signature"});
  EXPECT_EQ(tampered("/v1/me", keyed(header("X-Cogos-Signature", std::string(64, '0')))),
            Names{"me.signature"});
  const auto other = [this](cli::ProbeAnswer& answer) {
    if (target.keys.back().empty()) answer.body += " ";
  };
  EXPECT_EQ(tampered("/v1/me", other), Names{"attestation.refusal"});
  EXPECT_EQ(spoilt("/v1/me", keyed(status(500))), (Names{"me"}));
}

TEST_F(Probe, AnAttestationOfAnotherRequestIsFound) {
  target.attested_path = "/v1/models";
  EXPECT_EQ(probe().code, 1);
  EXPECT_EQ(failed(), (Names{"attestation.refusal", "me.attestation"}));
}

TEST_F(Probe, AProbesKeyThatMayDoMoreIsFound) {
  EXPECT_EQ(spoilt("/v1/models", status(200)), (Names{"plain.v1", "models"}));
}

TEST_F(Probe, ACustomersKeySeesItsModelsAndNoDecoys) {
  environment_["COGOS_PROBE_KEY"] = kCustomerKey;
  const auto outcome = probe({"--decoys"});
  EXPECT_EQ(outcome.code, 0) << outcome.out;
  EXPECT_TRUE(made("models"));
  EXPECT_TRUE(outcome.says("decoys")) << "it says that they were left out";
  EXPECT_EQ(target.asked_for("/.env"), 0U) << "its key would be quarantined";
  EXPECT_EQ(spoilt("/v1/models", body(R"({"data":[]})")), Names{"models"});
}

TEST_F(Probe, WithoutAKeyDecoysAreAskedForOnlyOnDemandAndTwoAtMost) {
  environment_.clear();
  const auto outcome = probe();
  EXPECT_EQ(outcome.code, 0) << outcome.out;
  EXPECT_FALSE(made("me"));
  EXPECT_EQ(target.asked_for("/.env"), 0U);
  EXPECT_EQ(probe({"--decoys"}).code, 0);
  EXPECT_TRUE(made("decoy.env"));
  EXPECT_TRUE(made("decoy.git"));
  EXPECT_FALSE(made("decoy.wordpress"));
}

TEST_F(Probe, ARealFileInADecoysPlaceIsFound) {
  EXPECT_EQ(spoilt("/.env", body("PASSWORD=hunter2\n")), Names{"decoy.env"});
  EXPECT_EQ(spoilt("/.git/config", status(429)), Names{"decoy.git"});
}

TEST_F(Probe, AFileThatIsServedIsFound) {
  const std::map<std::string, std::string> files{
      {"/cogos.toml", "files.settings"},       {"/cogos.db", "files.store"},
      {"/dek.hex", "files.secrets"},           {"/README.md", "files.sources"},
      {"/proc/self/environ", "files.process"}, {"/..%2f..%2fetc%2fpasswd", "files.traversal"},
      {"/openapi.json.orig", "files.copies"}};
  for (const auto& [path, name] : files) EXPECT_EQ(spoilt(path, status(200)), Names{name});
}

TEST_F(Probe, PlainHttpThatAnswersOtherwiseIsFound) {
  const auto plainly = [this](const std::string& path, std::function<void(cli::ProbeAnswer&)> change) {
    return spoilt(path, [this, change](cli::ProbeAnswer& answer) {
      if (target.requests.back().origin == "http://api.example") change(answer);
    });
  };
  EXPECT_EQ(plainly("/", status(200)), Names{"headers.redirect"});
  EXPECT_EQ(plainly("/", header("Location", "https://elsewhere.example/")), Names{"headers.redirect"});
  EXPECT_EQ(plainly("/v1/models", status(308)), Names{"plain.v1"});
}

TEST_F(Probe, PlainHttpIsLookedAtWhereItIsExpected) {
  EXPECT_EQ(run({"probe", "--target", "https://api.example:8443", "--out", path("out.jsonl")}).code, 0);
  EXPECT_FALSE(made("headers.redirect"));
  EXPECT_EQ(run({"probe", "--target", "https://[::1]:8443", "--out", path("out.jsonl")}).code, 0);
  EXPECT_FALSE(made("headers.redirect"));
  probe({"--plain", "http://api.example:8080"});
  EXPECT_TRUE(made("headers.redirect"));
  EXPECT_EQ(target.requests.back().origin, kTarget);
}

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

TEST(PageScan, WhatAPageLoadsFromElsewhereIsFound) {
  const auto fault = [](std::string_view html) { return cli::page_fault(html, kTarget); };
  for (const char* good :
       {"", "text < more", "<a href=https://other.example>x</a>", "<img src=/logo.svg>",
        "<img src='https://api.example/logo.svg'>", "<!-- <script src=//other.example></script> -->",
        "<form action='https://checkout.stripe.com/pay'>", "<script src='/a.js'></script>",
        "<link rel=canonical href='https://www.example/'>", "<a href='mailto:a@b.example'>m</a>",
        "<link rel='icon' href='favicon.svg'>", "<p title='https://other.example'>", "<a href='/x:y'>",
        "<area href='https://other.example'>", "<img srcset='/a.png 1x, /b.png 2x'>"}) {
    EXPECT_EQ(fault(good), "") << good;
  }
  for (const char* bad : {"<script src='https://cdn.example/x.js'></script>",
                          "<SCRIPT SRC=//cdn.example></SCRIPT>",
                          "<script>alert(1)</script>",
                          "<style>p{}</style>",
                          "<p style='color:red'>",
                          "<p onclick=x()>",
                          "<link href='https://fonts.example/f.css' rel=stylesheet>",
                          "<img src='\\\\evil.example/x'>",
                          "<img src='h\nttps://evil.example/x'>",
                          "<img src='data:image/png;base64,AA'>",
                          "<iframe src = \"http://other.example\">",
                          "<form action='https://evil.example'>",
                          "<button formaction='https://evil.example'>",
                          "<a ping='https://evil.example' href='/'>x</a>",
                          "<a href='javascript:alert(1)'>",
                          "<img srcset='/a.png 1x, https://evil.example/b.png 2x'>",
                          "<base href='https://evil.example/'>",
                          "<img src='https://api.example.evil.example/'>",
                          "<img src='https://api.example:444/x'>",
                          "<object data='https://evil.example'>",
                          "<p/onclick=x>",
                          "<video poster=https://evil.example/p>",
                          "<form action='https://checkout.stripe.com.evil.example/'>"}) {
    EXPECT_NE(fault(bad), "") << bad;
  }
}

TEST(PageScan, BrokenPagesComeToAnEnd) {
  for (const char* broken : {"<", "<a", "<a b", "<a b=", "<a b='", "<a b='c", "<!--", "</", "<script",
                             "<script>", "<a =", "<a = =>", "<a '\">", "<a b=c/d=e>"}) {
    static_cast<void>(cli::page_fault(broken, kTarget));
  }
}

}  // namespace
}  // namespace cogos::test
