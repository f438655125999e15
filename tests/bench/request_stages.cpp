// What a request costs beside cryptography: parsing, routing, JSON, rows, receipts, heads.
#include <benchmark/benchmark.h>

#include <string>

#include "app/request_figures.hpp"
#include "app/system_clock.hpp"
#include "base/json.hpp"
#include "crypto/system_random.hpp"
#include "http/router.hpp"
#include "http/scanner_path.hpp"
#include "net/request_parser.hpp"
#include "net/response_writer.hpp"
#include "proof/attestation.hpp"
#include "proof/audit_row.hpp"
#include "proof/wire.hpp"
#include "stages/detector.hpp"
#include "support/call_row.hpp"

namespace cogos::bench {
namespace {

const std::string kBody =
    R"({"choices":[{"finish_reason":"stop","index":0,"logprobs":null,"message":{"content":)"
    R"("{\"company\":\"Nordwind Turbinen AG\",\"fiscal_year\":2024,\"revenue_millions\":412.5}",)"
    R"("refusal":null,"role":"assistant"}}],"cogos":{"latency_ms":0,"request_id":"req-0123456789abcdef01234567",)"
    R"("schema_enforced":true},"created":1700000000,"id":"chatcmpl-0123456789abcdef01234567",)"
    R"("model":"cogos-tier-b","object":"chat.completion",)"
    R"("usage":{"completion_tokens":24,"prompt_tokens":210,"total_tokens":234}})";

void parse_json(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(base::parse_json(kBody));
}
BENCHMARK(parse_json);

void canonicalize(benchmark::State& state) {
  const Json body = base::parse_json(kBody).value();
  for (auto _ : state) benchmark::DoNotOptimize(base::canonical(body));
}
BENCHMARK(canonicalize);

void parse_head(benchmark::State& state) {
  const std::string head =
      "POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer sk-cogos-"
      "0123456789abcdef0123456789abcdef\r\nContent-Type: application/json\r\nContent-Length: 700\r\n\r\n";
  const net::ConnectionLimits limits;
  net::RequestParser parser(limits);
  for (auto _ : state) {
    http::Request request;
    std::string_view input = head;
    parser.reset();
    benchmark::DoNotOptimize(parser.read_head(input, request));
  }
}
BENCHMARK(parse_head);

struct Counted {
  Counted() {
    router.add({"GET", "/one", http::Realm::open, http::BodyKind::none, nullptr});
    figures.know(*router.find("GET", "/one").route);
  }
  http::Router router;
  app::RequestFigures figures;
};

/// With the readings of the clock that the pipeline makes for it.
void count_answer(benchmark::State& state) {
  static Counted counted;
  const http::Route* route = counted.router.find("GET", "/one").route;
  const app::SystemClock clock;
  http::Exchange exchange;
  exchange.route = route;
  exchange.started = clock.monotonic();
  for (auto _ : state) {
    exchange.stations.entered = clock.monotonic();
    exchange.stations.admitted = clock.monotonic();
    exchange.stations.handled = clock.monotonic();
    exchange.stations.recorded = clock.monotonic();
    exchange.stations.sealed = clock.monotonic();
    counted.figures.answered(exchange);
  }
}
BENCHMARK(count_answer)->Threads(1)->Threads(2);

void write_head(benchmark::State& state) {
  http::Response response;
  for (int i = 0; i < 14; ++i) {
    response.headers.add("X-Cogos-Header-" + std::to_string(i), std::string(40, 'v'));
  }
  net::HeadOptions options;
  options.date = app::SystemClock().now();
  std::string out;
  for (auto _ : state) {
    out.clear();
    net::append_head(response, options, out);
  }
}
BENCHMARK(write_head);

void route(benchmark::State& state) {
  http::Router router;
  for (const char* path :
       {"/v1/models", "/v1/me", "/v1/audit", "/v1/chat/completions", "/health", "/ready"}) {
    router.add({"GET", path, http::Realm::open, http::BodyKind::none, {}});
  }
  for (auto _ : state) benchmark::DoNotOptimize(router.find("GET", "/v1/chat/completions"));
}
BENCHMARK(route);

/// Of a hot key among many: what the detection costs a request from an address without incidents.
void key_use(benchmark::State& state) {
  crypto::SystemRandom random;
  const app::SystemClock clock;
  stages::Detector detector({}, clock, random);
  const auto key = std::make_shared<const keys::KeyRecord>();
  constexpr std::uint32_t kAddresses = 10'000;
  std::uint32_t address = 0;
  for (auto _ : state) {
    const boost::asio::ip::address_v4 peer(0x0a000000U + ++address % kAddresses);
    benchmark::DoNotOptimize(detector.banned_for(peer));
    benchmark::DoNotOptimize(detector.used(peer, key));
  }
}
BENCHMARK(key_use);

void scanner_path(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(http::scanner_pattern("/assets/images/logo-large.png"));
}
BENCHMARK(scanner_path);

void attestation(benchmark::State& state) {
  crypto::SystemRandom random;
  const proof::AttestationSigner signer(crypto::Ed25519PrivateKey::generate(random), "1.0.0+0000000");
  const std::string hash(64, 'a');
  const proof::AttestedCall call{"POST", "/v1/chat/completions", hash, hash, hash, app::SystemClock().now()};
  for (auto _ : state) benchmark::DoNotOptimize(signer.token(call));
}
BENCHMARK(attestation);

void prepare_seal(benchmark::State& state) {
  crypto::SystemRandom random;
  const auto key = crypto::X25519PrivateKey::generate(random).public_key();
  for (auto _ : state) {
    benchmark::DoNotOptimize(proof::PendingSeal::prepare(key, test::call_content(), random));
  }
}
BENCHMARK(prepare_seal);

void build_row(benchmark::State& state) {
  crypto::SystemRandom random;
  const auto key = crypto::X25519PrivateKey::generate(random).public_key();
  const auto ts = app::SystemClock().now();
  for (auto _ : state) {
    state.PauseTiming();  // the agreement, which is prepare_seal's
    proof::RowDraft row = test::call_row({"acme", "_default"});
    row.seal = proof::PendingSeal::prepare(key, test::call_content(), random).value();
    state.ResumeTiming();
    benchmark::DoNotOptimize(proof::build_row(std::move(row), 1, ts, proof::kNoHash));
  }
}
BENCHMARK(build_row)->Iterations(20'000);

}  // namespace
}  // namespace cogos::bench
