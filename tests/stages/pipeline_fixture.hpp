#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>

#include "base/json.hpp"
#include "cogos/receipt.hpp"
#include "cogos/request_signature.hpp"
#include "crypto/hash.hpp"
#include "crypto/system_random.hpp"
#include "http/pipeline.hpp"
#include "keys/keyring.hpp"
#include "keys/mint.hpp"
#include "proof/attestation.hpp"
#include "stages/admin_gate.hpp"
#include "stages/attestation_seal.hpp"
#include "stages/authenticate.hpp"
#include "stages/body_gate.hpp"
#include "stages/body_hash.hpp"
#include "stages/hmac_seal.hpp"
#include "stages/load_gate.hpp"
#include "stages/record.hpp"
#include "stages/response_headers.hpp"
#include "support/manual_clock.hpp"
#include "support/memory_audit_log.hpp"
#include "support/memory_key_store.hpp"
#include "support/run_task.hpp"

namespace cogos::stages {

/// The failed credentials, by where they came from.
struct NotedFailures final : FailedProofs {
  void failed_proof(const boost::asio::ip::address& from) override { addresses.push_back(from.to_string()); }
  std::vector<std::string> addresses;
};

/// The real stages around a few routes, with keys in memory.
class PipelineTest : public ::testing::Test {
 protected:
  PipelineTest() {
    const auto answer = [](int status, std::string body) {
      return [status, body](http::Exchange&) -> http::Task<Result<http::Response>> {
        http::Response response;
        response.status = status;
        response.body = body;
        co_return response;
      };
    };
    router.add({"GET", "/v1/models", http::Realm::customer, http::BodyKind::none, answer(200, "{}")});
    router.add({"POST", "/v1/chat/completions", http::Realm::customer, http::BodyKind::json,
                answer(200, "{\"a\":1}")});
    router.add({"POST", "/admin/keys", http::Realm::admin, http::BodyKind::json, answer(201, "{}")});
    router.add({"GET", "/health", http::Realm::open, http::BodyKind::none, answer(200, "{}")});
    router.add({"POST", "/v1/throws", http::Realm::customer, http::BodyKind::json,
                [](http::Exchange&) -> http::Task<Result<http::Response>> {
                  throw std::runtime_error("secret detail");
                  co_return http::Response{};
                }});
    gates_in_order({&authenticate, &admin, &load, &body_gate});
  }

  void gates_in_order(std::vector<http::Gate*> gates) {
    gates_in_order(std::move(gates), {&security_headers, &call_headers});
  }
  void gates_in_order(std::vector<http::Gate*> gates, std::vector<http::Dresser*> dressers) {
    http::PipelineParts parts;
    parts.router = &router;
    parts.gates = std::move(gates);
    parts.recorder = &recorder;
    parts.seals = {&hmac, &attestation};
    parts.dressers = std::move(dressers);
    parts.whole_hash = &sha256_of_body;
    parts.body_hash = &sha256_body_hash;
    parts.clock = &clock;
    parts.memory = memory;
    pipeline = std::make_unique<http::Pipeline>(parts);
  }

  keys::MintedKey issue(keys::Scheme scheme, keys::AuditContent content = keys::AuditContent::digest) {
    keys::KeyOrder order;
    order.tenant_id = "acme";
    order.package_id = "team";
    order.scheme = scheme;
    order.audit_content = content;
    auto minted = keys::mint(order, clock.now(), dek, random).value();
    keyring.put(minted.record);
    return minted;
  }

  keys::MintedKey issue_probe() {
    keys::KeyOrder order;
    order.tenant_id = "watch";
    order.tenant_type = keys::TenantType::probe;
    order.package_id = "team";
    auto minted = keys::mint(order, clock.now(), dek, random).value();
    keyring.put(minted.record);
    return minted;
  }

  static http::Request request(std::string method, std::string target, std::string body = {}) {
    http::Request request;
    request.method = std::move(method);
    request.target = std::move(target);
    request.body = std::move(body);
    if (!request.body.empty()) request.headers.set("Content-Type", "application/json");
    return request;
  }
  static http::Request with_bearer(http::Request request, const keys::MintedKey& key) {
    request.headers.set("Authorization", "Bearer " + std::string(key.api_key.reveal()));
    return request;
  }
  http::Request with_signature(http::Request request, const keys::MintedKey& key, std::string nonce = {},
                               std::int64_t offset_ms = 0) {
    const SignableRequest signable{request.method, request.target, request.body,
                                   to_unix_ms(clock.now()) + offset_ms, std::move(nonce)};
    request.headers.set("Authorization",
                        sign_request(signable, key.record.key_id, key.signing_private_pem.reveal()).value());
    return request;
  }

  /// Takes the request through and keeps the exchange.
  http::Response& send(http::Request request, std::optional<Error> fault = std::nullopt) {
    exchange = std::make_unique<http::Exchange>();
    exchange->id = "req-000000000000000000000001";
    exchange->received_at = clock.now();
    exchange->started = clock.monotonic();
    exchange->peer = boost::asio::ip::make_address(peer);
    exchange->request = std::move(request);
    exchange->fault = std::move(fault);
    test::run_task(pipeline->answer(*exchange));
    return exchange->response;
  }
  static std::string header(const http::Response& response, std::string_view name) {
    return std::string(response.headers.find(name).value_or("(none)"));
  }
  std::string error_type() const {
    const auto body = base::parse_json(exchange->response.body);
    if (!body || !body->contains("error")) return "(none)";
    return body->at("error").at("type").get<std::string>();
  }
  /// Both receipts of the last response, checked by the verifier that customers have.
  void expect_receipts(const keys::MintedKey* key) const {
    const http::Response& response = exchange->response;
    const AttestedRequest attested{exchange->request.method, exchange->request.target,
                                   exchange->request.body};
    const auto verified = verify_attestation(header(response, "X-Cogos-Attestation"), signer.public_pem(),
                                             response.body, attested);
    EXPECT_TRUE(verified) << verified.error().message();
    EXPECT_EQ(header(response, "X-Cogos-Attestation-Kid"), signer.kid());
    if (!key) {
      EXPECT_EQ(header(response, "X-Cogos-Signature"), "(none)");
      return;
    }
    EXPECT_TRUE(verify_response_signature(as_text(key->hmac_secret.reveal()), response.body,
                                          header(response, "X-Cogos-Signature")));
  }
  std::string attested_head() const {
    return read_attestation(header(exchange->response, "X-Cogos-Attestation")).value().chain_head;
  }
  std::vector<std::string> rows() const { return log.rows({"acme", "_default"}); }

  std::string peer = "127.0.0.1";
  test::ManualClock clock;
  crypto::SystemRandom random;
  keys::Dek dek = keys::Dek::from_hex(std::string(64, 'd')).value();
  keys::Keyring keyring{{}, keys::seed_packages()};
  proof::AttestationSigner signer{crypto::Ed25519PrivateKey::generate(random), "1.0.0+test"};
  test::MemoryAuditLog log{clock};
  ReplayCache replays{100};
  NotedFailures failures;
  test::MemoryKeyStore key_store{log};
  AuthenticateGate authenticate{keyring, key_store, clock, replays, failures};
  LoadGate load{2};
  std::shared_ptr<http::Budget> memory = std::make_shared<http::Budget>(100'000);
  AdminGate admin{crypto::SecretText("0123456789abcdef"), failures};
  BodyGate body_gate;
  AuditRecorder recorder{log, signer, clock, random};
  HmacSeal hmac{dek};
  AttestationSeal attestation{signer, log};
  SecurityHeaders security_headers{"https://checkout.example"};
  CallHeaders call_headers{clock};
  http::Router router;
  std::unique_ptr<http::Pipeline> pipeline;
  std::unique_ptr<http::Exchange> exchange;
};

}  // namespace cogos::stages
