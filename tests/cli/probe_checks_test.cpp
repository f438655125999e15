// What `cogos probe` finds wrong with a server: each check passes, and is made to fail.

#include "cli/probe_test.hpp"

namespace cogos::test {
namespace {

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
  EXPECT_EQ(probe({"--plain", "none"}).code, 0);
  EXPECT_FALSE(made("headers.redirect"));
  probe({"--plain", "http://api.example:8080"});
  EXPECT_TRUE(made("headers.redirect"));
  EXPECT_EQ(target.requests.back().origin, kTarget);
}

}  // namespace
}  // namespace cogos::test
