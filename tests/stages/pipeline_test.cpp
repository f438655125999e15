#include <stdexcept>

#include "cogos/audit_chain.hpp"
#include "cogos/sealed_envelope.hpp"
#include "proof/wire.hpp"
#include "stages/pipeline_fixture.hpp"

namespace cogos::stages {
namespace {

using keys::Scheme;

TEST_F(PipelineTest, AReadCarriesBothReceiptsAndAppendsNoRow) {
  const auto key = issue(Scheme::bearer);
  EXPECT_EQ(send(with_bearer(request("GET", "/v1/models?x=1"), key)).status, 200);
  expect_receipts(&key);
  EXPECT_TRUE(rows().empty());
  EXPECT_EQ(attested_head(), proof::kNoHash);
}

TEST_F(PipelineTest, APostAppendsOneRowThatItsReceiptNamesAndItsCustomerOpens) {
  const auto key = issue(Scheme::bearer);
  EXPECT_EQ(send(with_bearer(request("POST", "/v1/chat/completions", "{}"), key)).status, 200);
  expect_receipts(&key);
  ASSERT_EQ(rows().size(), 1U);
  const Json row = base::parse_json(rows().front()).value();
  EXPECT_EQ(attested_head(), row.at("row_hash"));
  EXPECT_EQ(row.at("status"), "success");
  const auto opened = open_envelope(row.at("sealed_content").dump(), key.sealing_private_pem.reveal(), "acme",
                                    "_default", row.at("ts").get<std::string>());
  ASSERT_TRUE(opened) << opened.error().message();
  const Json content = base::parse_json(*opened).value();
  const auto attested = read_attestation(header(exchange->response, "X-Cogos-Attestation")).value();
  EXPECT_EQ(content.at("req_hash"), attested.req_hash);
  EXPECT_EQ(content.at("resp_hash"), attested.resp_hash);
  EXPECT_EQ(content.at("request_id"), exchange->id);
  EXPECT_FALSE(content.contains("request"));
}

TEST_F(PipelineTest, FullAuditContentSealsBothBodiesAsSent) {
  const auto key = issue(Scheme::bearer, keys::AuditContent::full);
  send(with_bearer(request("POST", "/v1/chat/completions", "{ \"x\" : 1 }"), key));
  const Json row = base::parse_json(rows().front()).value();
  const auto opened = open_envelope(row.at("sealed_content").dump(), key.sealing_private_pem.reveal(), "acme",
                                    "_default", row.at("ts").get<std::string>());
  const Json content = base::parse_json(opened.value()).value();
  EXPECT_EQ(content.at("request"), "{ \"x\" : 1 }");
  EXPECT_EQ(content.at("response"), "{\"a\":1}");
}

TEST_F(PipelineTest, ErrorsNotFoundAndWrongMethodCarryReceiptsToo) {
  const auto key = issue(Scheme::bearer);
  EXPECT_EQ(send(with_bearer(request("GET", "/v1/nothing"), key)).status, 404);
  expect_receipts(&key);
  EXPECT_EQ(send(with_bearer(request("DELETE", "/v1/models"), key)).status, 405);
  EXPECT_EQ(header(exchange->response, "Allow"), "GET, HEAD");
  expect_receipts(&key);
  EXPECT_EQ(send(request("GET", "/v1/nothing")).status, 404);
  expect_receipts(nullptr);
  EXPECT_EQ(send(request("GET", "/v1/models")).status, 401);
  expect_receipts(nullptr);
  auto wrong_type = with_bearer(request("POST", "/v1/chat/completions", "{}"), key);
  wrong_type.headers.set("Content-Type", "text/plain");
  EXPECT_EQ(send(std::move(wrong_type)).status, 415);
  expect_receipts(&key);
  auto two_types = with_bearer(request("POST", "/v1/chat/completions", "{}"), key);
  two_types.headers.add("Content-Type", "text/plain");
  EXPECT_EQ(send(std::move(two_types)).status, 415);
  auto compressed = with_bearer(request("POST", "/v1/chat/completions", "{}"), key);
  compressed.headers.set("Content-Encoding", "gzip");
  EXPECT_EQ(send(std::move(compressed)).status, 415);
  EXPECT_EQ(rows().size(), 3U) << "an authenticated POST to a route has a row whatever comes of it";
  EXPECT_EQ(base::parse_json(rows().front()).value().at("status"), "client_error");
}

TEST_F(PipelineTest, AHandlersExceptionBecomesA500ThatKeepsItsDetail) {
  const auto key = issue(Scheme::bearer);
  EXPECT_EQ(send(with_bearer(request("POST", "/v1/throws", "{}"), key)).status, 500);
  EXPECT_EQ(exchange->response.body.find("secret detail"), std::string::npos);
  EXPECT_NE(exchange->response.body.find(exchange->id), std::string::npos);
  expect_receipts(&key);
  ASSERT_EQ(rows().size(), 1U);
  EXPECT_EQ(base::parse_json(rows().front()).value().at("status"), "server_error");
}

TEST_F(PipelineTest, WithoutItsRowNothingOfAnAnswerLeaves) {
  const auto key = issue(Scheme::bearer);
  log.fail();
  const http::Response& response = send(with_bearer(request("POST", "/v1/chat/completions", "{}"), key));
  EXPECT_EQ(response.status, 503);
  EXPECT_EQ(error_type(), "audit_unavailable");
  EXPECT_EQ(response.body.find("\"a\":1"), std::string::npos);
  expect_receipts(&key);
}

TEST_F(PipelineTest, KeysThatAreNotAdmittedStillGetSignedAnswers) {
  auto key = issue(Scheme::bearer);
  const auto attempt = [&] {
    return send(with_bearer(request("POST", "/v1/chat/completions", "{}"), key)).status;
  };
  key.record.quarantined_at = clock.now();
  keyring.put(key.record);
  EXPECT_EQ(attempt(), 401);
  EXPECT_EQ(error_type(), "key_quarantined_for_review");
  expect_receipts(&key);
  key.record.quarantined_at.reset();
  key.record.expires_at = clock.now();
  keyring.put(key.record);
  EXPECT_EQ(attempt(), 401);
  EXPECT_EQ(error_type(), "expired_api_key");
  expect_receipts(&key);
  key.record.revoked_at = clock.now();
  keyring.put(key.record);
  EXPECT_EQ(attempt(), 401);
  EXPECT_EQ(error_type(), "invalid_api_key");
  expect_receipts(&key);
  EXPECT_TRUE(rows().empty());
}

TEST_F(PipelineTest, AKeyInItsGraceIsToldSo) {
  auto key = issue(Scheme::bearer);
  key.record.rotation_grace_until = clock.now() + std::chrono::hours{24};
  keyring.put(key.record);
  EXPECT_EQ(send(with_bearer(request("GET", "/v1/models"), key)).status, 200);
  EXPECT_EQ(header(exchange->response, "X-Cogos-Key-Deprecated"),
            "rotation_grace_until=" + to_rfc3339(*key.record.rotation_grace_until));
  clock.advance(std::chrono::hours{24});
  EXPECT_EQ(send(with_bearer(request("GET", "/v1/models"), key)).status, 401);
  EXPECT_EQ(error_type(), "expired_api_key");
}

TEST_F(PipelineTest, MalformedCredentialsAreToldApartFromUnknownOnes) {
  const auto key = issue(Scheme::bearer);
  const auto type_of = [&](const std::string& header_value) {
    http::Request with = request("GET", "/v1/models");
    with.headers.set("Authorization", header_value);
    send(std::move(with));
    return error_type();
  };
  for (const char* malformed :
       {"", "Bearer", "Bearer ", "Basic abc", "CogOS-Ed25519", "CogOS-Ed25519 keyId=x"}) {
    EXPECT_EQ(type_of(malformed), "invalid_request_error") << malformed;
  }
  for (const char* unknown : {"Bearer x", "Bearer sk-cogos-00000000000000000000000000000000"}) {
    EXPECT_EQ(type_of(unknown), "invalid_api_key") << unknown;
  }
  EXPECT_EQ(type_of("bearer " + std::string(key.api_key.reveal())), "(none)") << "schemes have no case";
  http::Request twice = with_bearer(request("GET", "/v1/models"), key);
  twice.headers.add("Authorization", "Bearer x");
  EXPECT_EQ(send(std::move(twice)).status, 401);
}

TEST_F(PipelineTest, ASignedRequestIsAcceptedOnceOnAnUnsafeMethod) {
  const auto key = issue(Scheme::ed25519);
  const auto post = with_signature(request("POST", "/v1/chat/completions", "{}"), key);
  EXPECT_EQ(send(post).status, 200);
  expect_receipts(&key);
  EXPECT_EQ(send(post).status, 401);
  EXPECT_EQ(error_type(), "replayed_request");
  EXPECT_EQ(rows().size(), 1U);
  EXPECT_EQ(send(with_signature(request("POST", "/v1/chat/completions", "{}"), key, "n1")).status, 200);
  const auto get = with_signature(request("GET", "/v1/models"), key);
  EXPECT_EQ(send(get).status, 200);
  EXPECT_EQ(send(get).status, 200) << "safe methods may repeat";
}

TEST_F(PipelineTest, ASignatureCoversMethodPathQueryBodyAndTime) {
  const auto key = issue(Scheme::ed25519);
  const auto good = with_signature(request("POST", "/v1/chat/completions?a=1", "{}"), key);
  auto altered = good;
  altered.target = "/v1/chat/completions?a=2";
  EXPECT_EQ(send(altered).status, 401);
  altered = good;
  altered.body = "{ }";
  EXPECT_EQ(send(altered).status, 401);
  EXPECT_EQ(error_type(), "invalid_api_key");
  EXPECT_EQ(send(good).status, 200);
  EXPECT_EQ(send(with_signature(request("GET", "/v1/models"), key, {}, 300'000)).status, 200);
  EXPECT_EQ(send(with_signature(request("GET", "/v1/models"), key, {}, -300'000)).status, 200);
  EXPECT_EQ(send(with_signature(request("GET", "/v1/models"), key, {}, 300'001)).status, 401);
  EXPECT_EQ(send(with_signature(request("GET", "/v1/models"), key, {}, -300'001)).status, 401);
}

TEST_F(PipelineTest, AReplayIsRememberedForItsWholeWindow) {
  const auto key = issue(Scheme::ed25519);
  const auto post = with_signature(request("POST", "/v1/chat/completions", "{}"), key, {}, 300'000);
  EXPECT_EQ(send(post).status, 200);
  clock.advance(std::chrono::milliseconds{600'000});
  EXPECT_EQ(send(post).status, 401);
  EXPECT_EQ(error_type(), "replayed_request");
}

TEST_F(PipelineTest, WithoutRoomToRememberSignedPostsAreRefused) {
  const auto key = issue(Scheme::ed25519);
  for (int i = 0; i < 100; ++i) {
    ASSERT_EQ(
        send(with_signature(request("POST", "/v1/chat/completions", "{}"), key, std::to_string(i))).status,
        200);
  }
  EXPECT_EQ(send(with_signature(request("POST", "/v1/chat/completions", "{}"), key, "more")).status, 503);
  EXPECT_EQ(header(exchange->response, "Retry-After"), "1");
  clock.advance(std::chrono::milliseconds{302'000});
  EXPECT_EQ(send(with_signature(request("POST", "/v1/chat/completions", "{}"), key, "more")).status, 200);
}

TEST_F(PipelineTest, ABearerKeysIdCannotSign) {
  const auto bearer = issue(Scheme::bearer);
  auto signing = issue(Scheme::ed25519);
  signing.record.key_id = bearer.record.key_id;
  EXPECT_EQ(send(with_signature(request("GET", "/v1/models"), signing)).status, 401);
  EXPECT_EQ(error_type(), "invalid_api_key");
}

TEST_F(PipelineTest, ATransportFaultTakesTheHandlersPlaceAndKeepsTheReceipts) {
  const auto key = issue(Scheme::bearer);
  auto cut = with_bearer(request("POST", "/v1/chat/completions"), key);
  cut.headers.set("Content-Type", "application/json");
  cut.body_complete = false;
  EXPECT_EQ(send(cut, Error(ErrorCode::body_too_large, "too large")).status, 413);
  expect_receipts(&key);
  EXPECT_EQ(rows().size(), 1U);
  EXPECT_EQ(send(request("GET", "/v1/models"), Error(ErrorCode::headers_too_large, "x")).status, 431);
  expect_receipts(nullptr);
  EXPECT_EQ(send(request("", ""), Error(ErrorCode::malformed_http, "x")).status, 400);
  expect_receipts(nullptr);
}

TEST_F(PipelineTest, ARefusalByALimitAppendsNoRow) {
  const auto key = issue(Scheme::bearer);
  for (const auto code :
       {ErrorCode::rate_limit_exceeded, ErrorCode::quota_exceeded, ErrorCode::daily_quota_exceeded}) {
    send(with_bearer(request("POST", "/v1/chat/completions", "{}"), key),
         Error(code, "x").with_retry_after(3));
    EXPECT_EQ(exchange->response.status, 429);
    EXPECT_EQ(header(exchange->response, "Retry-After"), "3");
    expect_receipts(&key);
  }
  EXPECT_TRUE(rows().empty());
}

TEST_F(PipelineTest, OperatorsRoutesNeedTheKeyAndOtherPathsTellNothing) {
  const auto with_key = [](http::Request r, std::string key) {
    r.headers.set("X-Admin-Key", std::move(key));
    return r;
  };
  EXPECT_EQ(send(request("POST", "/admin/keys", "{}")).status, 401);
  EXPECT_EQ(error_type(), "invalid_admin_credentials");
  EXPECT_EQ(send(with_key(request("POST", "/admin/keys", "{}"), "0123456789abcdeF")).status, 401);
  EXPECT_EQ(send(with_key(request("POST", "/admin/keys", "{}"), "0123456789abcdef")).status, 201);
  EXPECT_EQ(header(exchange->response, "Cache-Control"), "no-store");
  EXPECT_EQ(header(exchange->response, "X-Cogos-Attestation"), "(none)");
  const std::string without = send(request("GET", "/admin/nothing")).body;
  EXPECT_EQ(send(with_key(request("GET", "/admin/nothing"), "0123456789abcdef")).body, without);
  EXPECT_EQ(send(request("GET", "/nothing")).body, without) << "the same 404 as any unknown path";
  EXPECT_EQ(send(request("DELETE", "/admin/keys")).status, 404) << "a 405 would tell that it is there";
  EXPECT_EQ(header(exchange->response, "Allow"), "(none)");
}

TEST_F(PipelineTest, EveryResponseHasTheSecurityHeaders) {
  for (const char* path : {"/health", "/nothing", "/v1/models", "/admin/keys"}) {
    const http::Response& response = send(request("GET", path));
    EXPECT_EQ(header(response, "Strict-Transport-Security"), "max-age=63072000; includeSubDomains; preload")
        << path;
    EXPECT_NE(header(response, "Content-Security-Policy").find("default-src 'none'"), std::string::npos)
        << path;
    EXPECT_EQ(header(response, "X-Content-Type-Options"), "nosniff") << path;
    EXPECT_EQ(header(response, "X-Frame-Options"), "DENY") << path;
    EXPECT_NE(header(response, "Referrer-Policy"), "(none)") << path;
    EXPECT_EQ(header(response, "Server"), "(none)") << path;
  }
}

TEST_F(PipelineTest, AnAnswerToHeadIsAttestedWithTheEmptyBodyThatTheClientSees) {
  const auto key = issue(Scheme::bearer);
  EXPECT_EQ(send(with_bearer(request("HEAD", "/v1/models"), key)).status, 200);
  EXPECT_TRUE(exchange->response.body.empty());
  expect_receipts(&key);
}

TEST(RowStatus, TellsUpstreamFailuresApart) {
  http::Exchange exchange;
  exchange.response.status = 200;
  EXPECT_EQ(row_status(exchange), "success");
  exchange.error = Error(ErrorCode::upstream_error, "x");
  EXPECT_EQ(row_status(exchange), "upstream_error");
  exchange.error = Error(ErrorCode::upstream_error, "x").with_upstream_status(503);
  EXPECT_EQ(row_status(exchange), "upstream_503");
  exchange.error = Error(ErrorCode::client_closed, "x");
  EXPECT_EQ(row_status(exchange), "client_closed");
  exchange.error = Error(ErrorCode::invalid_request, "x");
  exchange.response.status = 400;
  EXPECT_EQ(row_status(exchange), "client_error");
  exchange.error = Error(ErrorCode::internal, "x");
  exchange.response.status = 500;
  EXPECT_EQ(row_status(exchange), "server_error");
}

}  // namespace
}  // namespace cogos::stages
