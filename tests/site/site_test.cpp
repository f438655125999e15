#include "site/site.hpp"

#include <gtest/gtest.h>

#include "keys/keyring.hpp"
#include "site/embedded.hpp"
#include "site/grouped.hpp"
#include "site/page_list.hpp"
#include "support/counting_random.hpp"
#include "support/manual_clock.hpp"
#include "support/run_task.hpp"

namespace cogos::site {
namespace {

constexpr std::string_view kHostile =
    "<script>alert('x')</script>\"><img src=x onerror=y>{{rev}}{{{rev}}}&amp;\x01";

/// A log whose readings are set by hand.
class ReadableLog final : public proof::OperatorLog {
 public:
  void usage(proof::UsageQuery /*query*/, std::function<void(Result<proof::UsagePage>)> /*done*/) override {}
  void check_tails(std::function<void(Result<proof::TailCheck>)> /*done*/) override {}
  [[nodiscard]] proof::LogHealth health() const override { return now; }
  proof::LogHealth now;
};

/// The keys of former processes, set by hand.
class NotedKeys final : public keys::AttestationKeyStore {
 public:
  void begin(keys::AttestationKeyRecord /*record*/, proof::RowDraft /*row*/,
             proof::AuditLog::Appended /*done*/) override {}
  void end(const std::string& /*kid*/, TimePoint /*at*/, proof::RowDraft /*row*/,
           proof::AuditLog::Appended /*done*/) override {}
  [[nodiscard]] std::vector<keys::AttestationKeyRecord> all() override {
    ++reads;
    return kept;
  }
  std::vector<keys::AttestationKeyRecord> kept;
  int reads = 0;
};

class SiteTest : public ::testing::Test {
 protected:
  static SiteOptions plain() {
    SiteOptions options;
    options.inference = "builtin";
    options.live_search = "none";
    options.packages = {"free", "team"};
    return options;
  }
  static SiteOptions hostile() {
    SiteOptions options = plain();
    const std::string text(kHostile);
    options.operator_name = options.contact = options.region = options.security_contact = text;
    options.sub_processors = {{text, text, text}};
    options.advisories = {{text, text, text, text, text}};
    options.inference = options.live_search = text;
    options.image_digest = text;
    return options;
  }

  /// GET of a route that `site` added.
  static http::Response get(Site& site, const std::string& path, const std::string& method = "GET") {
    http::Router router;
    site.add_routes(router);
    http::Exchange exchange;
    exchange.request.method = method;
    exchange.request.target = path;
    const auto match = router.find(method, path);
    if (!match.route) {
      http::Response none;
      none.status = 404;
      return none;
    }
    auto answer = test::run_task(match.route->handler(exchange));
    if (answer) return std::move(*answer);
    http::Response failed;
    failed.status = error_info(answer.error().code()).http_status;
    failed.body = answer.error().message();
    return failed;
  }

  Site::Ports ports(std::string_view rev = "1.0.0+abc") {
    return {rev, keyring, {log, attestation_keys, signer, probes, clock}};
  }

  keys::Keyring keyring{{}, keys::seed_packages()};
  ReadableLog log;
  NotedKeys attestation_keys;
  test::ManualClock clock;
  test::CountingRandom random;
  proof::AttestationSigner signer{crypto::Ed25519PrivateKey::generate(random), "1.0.0+abc"};
  keys::ProbeReports probes{std::chrono::hours{24}, {}, clock};
};

/// That nothing of `kHostile` is markup there.
void expect_harmless(const std::string& page) {
  EXPECT_EQ(page.find("<script"), std::string::npos);
  EXPECT_EQ(page.find("<img"), std::string::npos);
  EXPECT_EQ(page.find('\x01'), std::string::npos);
  EXPECT_EQ(page.find("&amp;amp;") == std::string::npos, page.find("alert") == std::string::npos);
}

TEST_F(SiteTest, TheFrontPageShowsThePackagesThatArePublicAndNoOther) {
  Site site(plain(), ports());
  const std::string before = get(site, "/").body;
  EXPECT_NE(before.find("<h3>Free</h3>"), std::string::npos);
  EXPECT_NE(before.find("$199 a month"), std::string::npos);
  EXPECT_NE(before.find("200,000"), std::string::npos);
  EXPECT_EQ(before.find("Developer"), std::string::npos);

  auto packages = keys::seed_packages();
  packages[2].monthly_usd = 1234;
  packages.push_back({"secret", "Secret deal", "", 1, 1, 1, 1, 1, 1, {}, false, true});
  keyring.put_packages(packages);
  const std::string after = get(site, "/").body;
  EXPECT_NE(after.find("$1,234 a month"), std::string::npos);
  EXPECT_EQ(after.find("Secret deal"), std::string::npos);

  packages[2].active = false;
  keyring.put_packages(packages);
  EXPECT_EQ(get(site, "/").body.find("Team"), std::string::npos);
}

TEST_F(SiteTest, HostileNamesOfPackagesAreText) {
  auto packages = keys::seed_packages();
  packages[0].display_name = packages[0].description = kHostile;
  packages[0].allowed_model_tiers = {std::string(kHostile)};
  keyring.put_packages(packages);
  Site site(plain(), ports());
  const std::string page = get(site, "/").body;
  expect_harmless(page);
  EXPECT_NE(
      page.find("<h3>&lt;script&gt;alert(&apos;x&apos;)&lt;/script&gt;&quot;&gt;&lt;img src=x onerror=y&gt;"
                "{{rev}}{{{rev}}}&amp;amp; </h3>"),
      std::string::npos)
      << page;
}

TEST_F(SiteTest, HostileConfigurationIsText) {
  Site site(hostile(), ports(kHostile));
  expect_harmless(get(site, "/").body);
  expect_harmless(site.health_page());
  for (const PageEntry& page : kPages) {
    const http::Response answer = get(site, std::string(page.path));
    EXPECT_EQ(answer.status, 200) << page.path;
    expect_harmless(answer.body);
    EXPECT_NE(answer.body.find("{{rev}}"), std::string::npos) << page.path;
  }
}

TEST_F(SiteTest, TheTrustPageTellsWhatTheProcessKnowsAndSaysWhatItDoesNot) {
  Site site(plain(), ports());
  clock.advance(std::chrono::hours(27));
  attestation_keys.kept = {{"00000000000000aa", "", "0.9.0+old", from_unix_ms(0), from_unix_ms(1000), 1, ""},
                           {"00000000000000bb", "", "0.9.1+cut", from_unix_ms(2000), std::nullopt, 3, ""},
                           {signer.kid(), "", "1.0.0+abc", from_unix_ms(3000), std::nullopt, 4, ""}};
  log.now.writable = true;
  log.now.chains = 12;
  log.now.rows = 1'234'567;
  const http::Response answer = get(site, "/trust");
  EXPECT_EQ(answer.headers.find("Cache-Control"), "no-store");
  for (const char* told :
       {"1 d 3 h", "<dd>12</dd>", "1,234,567", "0.9.0+old", "1970-01-01T00:00:01.000Z", "in use",
        "did not end in order", "no data: none since the start", "no data: the deployment did not say",
        "no probe has reported", "has published none"}) {
    EXPECT_NE(answer.body.find(told), std::string::npos) << told;
  }
  EXPECT_LT(answer.body.find(">" + signer.kid()), answer.body.find("00000000000000bb"));

  log.now.rows = 1'234'568;
  EXPECT_NE(get(site, "/trust").body.find("1,234,567"), std::string::npos);  // within the same second
  clock.advance(std::chrono::seconds(1));
  log.now.last_commit = from_unix_ms(1'700'000'000'000);
  const std::string later = get(site, "/trust").body;
  EXPECT_NE(later.find("1,234,568"), std::string::npos);
  EXPECT_NE(later.find("2023-11-14T22:13:20.000Z"), std::string::npos);
  EXPECT_EQ(attestation_keys.reads, 1);
}

keys::ProbeReport probe_report(const std::string& run, const std::string& target, TimePoint at) {
  keys::ProbeReport report;
  report.run_id = run;
  report.target = target;
  report.started_at = report.received_at = at;
  report.passed = 57;
  return report;
}

void record(keys::ProbeReports& probes, const keys::ProbeReport& report) {
  ASSERT_EQ(probes.enter(report), keys::ProbeReports::Entry::fresh);
  probes.settle(report, true);
}

TEST_F(SiteTest, TheTrustPageShowsWhatProbesFoundAndWhatWasMissed) {
  Site site(plain(), ports());
  EXPECT_NE(get(site, "/trust").body.find("no probe has reported"), std::string::npos);
  keys::ProbeReport first = probe_report("run-0001", "https://api.example", clock.now());
  first.failed = 22;
  for (int i = 0; i < 22; ++i) first.failed_checks.push_back("check-" + std::to_string(i));
  record(probes, first);
  clock.advance(std::chrono::seconds{2});
  const std::string failed = get(site, "/trust").body;
  EXPECT_EQ(failed.find("no probe has reported"), std::string::npos);
  for (const char* told :
       {"https://api.example", "2026-01-01T00:00:00.000Z", "<td>57</td>", "22: check-0, check-1",
        "check-19 and 2 more", "2026-01-02T00:00:00.000Z", "<td>none</td>"}) {
    EXPECT_NE(failed.find(told), std::string::npos) << told;
  }
  clock.advance(std::chrono::hours{30});
  EXPECT_NE(get(site, "/trust").body.find("missed since 2026-01-02T00:00:00.000Z"), std::string::npos);
  record(probes, probe_report("run-0002", "https://api.example", clock.now()));
  clock.advance(std::chrono::seconds{2});
  const std::string back = get(site, "/trust").body;
  EXPECT_EQ(back.find("missed since"), std::string::npos);
  EXPECT_NE(back.find("missed from 2026-01-02T00:00:00.000Z to 2026-01-02T06:00:02.000Z"), std::string::npos);
}

TEST_F(SiteTest, HostileReportsOfProbesAreText) {
  Site site(plain(), ports());
  keys::ProbeReport report = probe_report("run-0001", std::string(kHostile), clock.now());
  report.failed = 1;
  report.failed_checks = {std::string(kHostile)};
  record(probes, report);
  const std::string page = get(site, "/trust").body;
  EXPECT_NE(page.find("alert"), std::string::npos);
  expect_harmless(page);
}

TEST_F(SiteTest, OfManyKeysTheTrustPageShowsTheLastAndCountsTheOthers) {
  Site site(plain(), ports());
  for (int i = 0; i < 1024; ++i) {
    attestation_keys.kept.push_back(
        {"kid-" + std::to_string(i), "", "r", from_unix_ms(i), from_unix_ms(i), 1, ""});
  }
  attestation_keys.kept.push_back({signer.kid(), "", "r", from_unix_ms(2000), std::nullopt, 1, ""});
  const std::string page = get(site, "/trust").body;
  EXPECT_NE(page.find("kid-1023"), std::string::npos);
  EXPECT_EQ(page.find("kid-1000"), std::string::npos);
  EXPECT_NE(page.find("And 1,005 before these"), std::string::npos);
}

TEST_F(SiteTest, AdvisoriesStandOnTheTrustPage) {
  SiteOptions options = plain();
  options.advisories = {{"COGOS-2026-1", "2026-05-01", "high", "A thing that was wrong", ""}};
  options.image_digest = "sha256:abc";
  Site site(options, ports());
  const std::string page = get(site, "/trust").body;
  for (const char* told :
       {"COGOS-2026-1", "2026-05-01", "A thing that was wrong", "not named", "sha256:abc"}) {
    EXPECT_NE(page.find(told), std::string::npos) << told;
  }
}

TEST(InWords, NamesTheTwoLargestUnits) {
  using std::chrono::seconds;
  EXPECT_EQ(in_words(seconds(0)), "0 s");
  EXPECT_EQ(in_words(seconds(59)), "59 s");
  EXPECT_EQ(in_words(seconds(60)), "1 min 0 s");
  EXPECT_EQ(in_words(seconds(86'400 + 59)), "1 d 0 h");
  EXPECT_EQ(in_words(seconds(3 * 86'400 + 4 * 3600 + 61)), "3 d 4 h");
}

TEST_F(SiteTest, FilesThatTheOperatorHasNotGivenAreMissedInWords) {
  Site bare(plain(), ports());
  for (const char* path : {"/cosign.pub", "/.well-known/security.txt"}) {
    const http::Response answer = get(bare, path);
    EXPECT_EQ(answer.status, 404);
    EXPECT_NE(answer.body.find("operator has configured no"), std::string::npos) << answer.body;
  }
  SiteOptions options = plain();
  options.cosign_pub = "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n";
  options.security_contact = "mailto:security@example.com";
  options.security_expires = from_unix_ms(1'800'000'000'000);
  options.origin = "https://api.example.com";
  Site site(options, ports());
  EXPECT_EQ(get(site, "/cosign.pub").body, options.cosign_pub);
  EXPECT_EQ(
      get(site, "/.well-known/security.txt").body,
      "Contact: mailto:security@example.com\nExpires: 2027-01-15T08:00:00.000Z\nPreferred-Languages: en\n"
      "Canonical: https://api.example.com/.well-known/security.txt\n"
      "Policy: https://api.example.com/security#disclosure\n"
      "Acknowledgments: https://api.example.com/trust#advisories\n");
}

TEST_F(SiteTest, AnUnknownPathIsAPageForBrowsersOnly) {
  Site site(plain(), ports());
  const Error unknown(ErrorCode::not_found, "nothing");
  const auto shown = [&](const std::string& target, const std::string& accept, const Error& error,
                         bool known) {
    http::Exchange exchange;
    http::Route route;
    exchange.request.method = "GET";
    exchange.request.target = target;
    exchange.request.headers.set("Accept", accept);
    if (known) exchange.route = &route;
    http::Response response;
    response.body = "JSON";
    site.error_face().show(exchange, error, response);
    return response.body != "JSON";
  };
  EXPECT_TRUE(shown("/nothing", "text/html", unknown, false));
  EXPECT_TRUE(shown("/admin/keys", "text/html", unknown, false));
  EXPECT_FALSE(shown("/nothing", "*/*", unknown, false));
  EXPECT_FALSE(shown("/v1/nothing", "text/html", unknown, false));
  EXPECT_FALSE(shown("/attestation.pub?kid=0", "text/html", unknown, true));
  EXPECT_FALSE(shown("/health", "text/html", Error(ErrorCode::method_not_allowed, "no"), false));
}

TEST_F(SiteTest, WhatGoesWrongWithARouteForPeopleIsAPageForBrowsers) {
  Site site(plain(), ports());
  http::Exchange exchange;
  http::Route route;
  route.for_people = true;
  exchange.route = &route;
  exchange.request.method = "POST";
  exchange.request.target = "/signup";
  http::Response response;
  response.body = "JSON";
  const Error error(ErrorCode::validation_failed, std::string(kHostile), "for the log alone");
  site.error_face().show(exchange, error, response);
  EXPECT_EQ(response.body, "JSON");
  EXPECT_EQ(response.headers.find("Vary"), "Accept");
  exchange.request.headers.set("Accept", "text/html");
  site.error_face().show(exchange, error, response);
  expect_harmless(response.body);
  EXPECT_NE(response.body.find("&lt;script&gt;"), std::string::npos);
  EXPECT_EQ(response.body.find("for the log alone"), std::string::npos);
  site.error_face().show(exchange, Error(ErrorCode::internal, "what broke"), response);
  EXPECT_EQ(response.body.find("what broke"), std::string::npos);
}

TEST(Renderer, WhatIsNotThereIsAMistakeAndNotAHole) {
  const Renderer bare(Json{{"nav", Json::array()}});
  EXPECT_THROW(static_cast<void>(bare.render("health")), std::logic_error);
  EXPECT_THROW(static_cast<void>(bare.render("no-such-page")), std::logic_error);
}

TEST(Templates, NoneHasInlineStyleOrScriptNorReachesElsewhere) {
  std::size_t templates = 0;
  for (const base::EmbeddedFile& file : embedded_files()) {
    if (!file.name.ends_with(".mustache")) continue;
    ++templates;
    const std::string text(file.bytes);
    for (const char* banned : {"{{{", "{{&", " style=", "<style", "<script>", " onclick=", " onload=",
                               "javascript:", "src=\"http", "href=\"http:", "@import", "<iframe"}) {
      EXPECT_EQ(text.find(banned), std::string::npos) << file.name << ": " << banned;
    }
  }
  EXPECT_GE(templates, 4U);
}

TEST(Grouped, HasACommaBetweenThousands) {
  EXPECT_EQ(grouped(0), "0");
  EXPECT_EQ(grouped(999), "999");
  EXPECT_EQ(grouped(1000), "1,000");
  EXPECT_EQ(grouped(12'345'678), "12,345,678");
}

}  // namespace
}  // namespace cogos::site
