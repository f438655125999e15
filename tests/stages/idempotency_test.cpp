#include <deque>

#include "http/await_callback.hpp"
#include "stages/idempotency_gate.hpp"
#include "stages/pipeline_fixture.hpp"
#include "stages/quota_gate.hpp"

namespace cogos::stages {
namespace {

/// Two pieces and a tail that tells a receipt.
class TwoPieces final : public http::BodyStream {
 public:
  TwoPieces(http::Exchange& exchange, bool breaks, std::size_t padding)
      : exchange_(exchange), breaks_(breaks), padding_(padding, '.') {}
  http::Task<bool> next(std::string& piece) override {
    if (given_ == 2) co_return false;
    piece = "piece " + std::to_string(++given_) + padding_ + "\n";
    if (given_ == 2 && breaks_) exchange_.error = Error(ErrorCode::upstream_error, "it broke");
    co_return true;
  }
  [[nodiscard]] const http::Headers& trailers() const override { return none_; }
  [[nodiscard]] Tail tail() const override {
    return [](const http::Headers& receipts) {
      return "tail " + std::string(receipts.find("X-Cogos-Signature").value_or("none"));
    };
  }
  http::Task<void> abandon() override { co_return; }

 private:
  http::Exchange& exchange_;
  const bool breaks_;
  const std::string padding_;
  int given_ = 0;
  http::Headers none_;
};

class IdempotencyTest : public PipelineTest {
 protected:
  IdempotencyTest() {
    add(
        "/v1/call", [this](http::Exchange& one) { return handle(one); }, true);
    add(
        "/v1/free", [this](http::Exchange& one) { return handle(one); }, false);
    add(
        "/v1/stream",
        [this](http::Exchange& one) -> http::Task<Result<http::Response>> {
          ++runs;
          one.facts.model = "m";
          http::Response response;
          response.stream = std::make_unique<TwoPieces>(one, breaks, padding);
          co_return response;
        },
        true);
    gates_in_order({&authenticate, &body_gate, &gate, &quota});
    key = issue(keys::Scheme::bearer);
    auto packages = keyring.snapshot()->packages();
    for (auto& package : packages) package.monthly_request_quota = 2;
    keyring.put_packages(packages);
  }

  void add(const std::string& path, http::Handler handler, bool metered) {
    http::Route route{"POST", path, http::Realm::customer, http::BodyKind::json, std::move(handler)};
    route.metered = metered;
    router.add(std::move(route));
  }
  http::Task<Result<http::Response>> handle(http::Exchange& one) {
    ++runs;
    one.facts.model = "m";
    if (failure) co_return *failure;
    http::Response response;
    response.status = 201;
    response.headers.set("X-Cogos-Model", "m");
    response.body = body;
    co_return response;
  }
  http::Request named(const std::string& name, const std::string& target = "/v1/call",
                      std::string content = "{}") {
    http::Request one = with_bearer(request("POST", target, std::move(content)), *key);
    one.headers.set("Idempotency-Key", name);
    return one;
  }
  std::string drain() {
    std::string whole;
    std::string piece;
    while (test::run_task(exchange->response.stream->next(piece))) whole += piece;
    return whole;
  }
  std::string replayed() const { return header(exchange->response, "Idempotency-Replayed"); }
  std::uint64_t charged() { return ledger.usage("acme", "team").month_requests; }

  keys::UsageLedger ledger{clock, {}};
  IdempotencyGate gate{clock, random};
  QuotaGate quota{keyring, ledger, clock};
  std::optional<keys::MintedKey> key;
  std::optional<Error> failure;
  std::string body = R"({"answer":"once"})";
  bool breaks = false;
  std::size_t padding = 0;  // of each piece of a stream
  int runs = 0;
};

TEST_F(IdempotencyTest, TheSameRequestGetsTheSameBytesWithAFreshAttestationAndNothingElse) {
  send(named("order-1"));
  EXPECT_EQ(replayed(), "(none)");
  const std::string first = header(exchange->response, "X-Cogos-Attestation");
  body = "another";
  clock.advance(std::chrono::seconds{5});
  const auto& again = send(named("order-1"));
  EXPECT_EQ(again.status, 201);
  EXPECT_EQ(again.body, R"({"answer":"once"})");
  EXPECT_EQ(header(again, "X-Cogos-Model"), "m");
  EXPECT_EQ(replayed(), "true");
  EXPECT_NE(header(again, "X-Cogos-Attestation"), first);
  expect_receipts(&*key);
  EXPECT_EQ(read_attestation(header(again, "X-Cogos-Attestation")).value().ts, to_unix_ms(clock.now()));
  EXPECT_EQ(runs, 1);
  ASSERT_EQ(rows().size(), 1U);
  EXPECT_EQ(attested_head(), base::parse_json(rows().front()).value().at("row_hash"));
  EXPECT_EQ(charged(), 1U);
}

TEST_F(IdempotencyTest, WhatIsUsedUpStaysAnsweredByItsName) {
  send(named("order-1"));
  send(named("order-2"));
  EXPECT_EQ(send(named("order-3")).status, 429);
  EXPECT_EQ(send(named("order-1")).status, 201) << "a repetition takes no place in the quota";
  EXPECT_EQ(rows().size(), 2U);
  auto packages = keyring.snapshot()->packages();
  for (auto& package : packages) package.monthly_request_quota = 0;
  keyring.put_packages(packages);
  EXPECT_EQ(send(named("order-3")).status, 201) << "a refusal is nothing that stands";
}

TEST_F(IdempotencyTest, TheSameNameWithAnotherRequestIsRefused) {
  send(named("order-1"));
  EXPECT_EQ(send(named("order-1", "/v1/call", R"({"other":1})")).status, 422);
  EXPECT_EQ(error_type(), "idempotency_key_reused");
  expect_receipts(&*key);
  EXPECT_EQ(send(named("order-1", "/v1/stream")).status, 422);
  EXPECT_EQ(runs, 1);
  EXPECT_EQ(rows().size(), 3U) << "a refusal like any other has its row";
  EXPECT_EQ(charged(), 1U);
}

TEST_F(IdempotencyTest, NamesBelongToTheKey) {
  send(named("order-1"));
  key = issue(keys::Scheme::bearer);
  send(named("order-1"));
  EXPECT_EQ(runs, 2);
}

TEST_F(IdempotencyTest, AfterTenMinutesItIsAFreshCall) {
  send(named("order-1"));
  clock.advance(std::chrono::minutes{10});
  send(named("order-1"));
  EXPECT_EQ(replayed(), "(none)");
  EXPECT_EQ(runs, 2);
}

TEST_F(IdempotencyTest, AnAnswerToAMistakeIsAnAnswer) {
  failure = Error(ErrorCode::invalid_request, "no").with_param("model");
  const std::string refused = send(named("order-1")).body;
  failure.reset();
  EXPECT_EQ(send(named("order-1")).body, refused);
  EXPECT_EQ(exchange->response.status, 400);
  EXPECT_EQ(rows().size(), 1U);
}

TEST_F(IdempotencyTest, AFailureIsNotKept) {
  for (const ErrorCode code : {ErrorCode::upstream_error, ErrorCode::overloaded, ErrorCode::client_closed}) {
    failure = Error(code, "no");
    send(named("order-1"));
  }
  failure.reset();
  EXPECT_EQ(send(named("order-1")).status, 201);
  EXPECT_EQ(runs, 4);
}

TEST_F(IdempotencyTest, WhatCouldNotBeRecordedIsNotKept) {
  log.fail();
  EXPECT_EQ(send(named("order-1")).status, 503);
  EXPECT_EQ(send(named("order-1")).status, 503);
  EXPECT_EQ(runs, 2);
}

TEST_F(IdempotencyTest, OnlyMeteredCallsAreKept) {
  send(named("order-1", "/v1/free"));
  send(named("order-1", "/v1/free"));
  EXPECT_EQ(runs, 2);
}

TEST_F(IdempotencyTest, ABadNameIsRefusedBeforeAnythingIsDone) {
  for (const std::string& name :
       {std::string(), std::string(256, 'a'), std::string("a b"), std::string("\xc3\xa4")}) {
    EXPECT_EQ(send(named(name)).status, 400) << name;
    EXPECT_EQ(exchange->error->param(), "Idempotency-Key");
  }
  auto twice = named("a");
  twice.headers.add("Idempotency-Key", "a");
  EXPECT_EQ(send(std::move(twice)).status, 400);
  EXPECT_EQ(runs, 0);
  EXPECT_EQ(send(named(std::string(255, 'a'))).status, 201);
}

TEST_F(IdempotencyTest, ALongAnswerIsNotGivenAgainNorDoneAgain) {
  body = std::string((std::size_t{1} << 20U) + 1, 'x');
  memory = nullptr;
  gates_in_order({&authenticate, &body_gate, &gate, &quota});
  EXPECT_EQ(send(named("order-1")).status, 201);
  EXPECT_EQ(send(named("order-1")).status, 409);
  EXPECT_EQ(runs, 1);
}

TEST_F(IdempotencyTest, AStreamIsGivenAgainWithReceiptsOfItsOwn) {
  send(named("order-1", "/v1/stream"));
  EXPECT_TRUE(drain().starts_with("piece 1\npiece 2\ntail "));
  clock.advance(std::chrono::seconds{5});
  send(named("order-1", "/v1/stream"));
  ASSERT_TRUE(exchange->response.stream);
  EXPECT_EQ(replayed(), "true");
  const std::string covered = "piece 1\npiece 2\n";
  const std::string whole = drain();
  const http::Headers& trailers = exchange->response.stream->trailers();
  EXPECT_EQ(whole, covered + "tail " + std::string(trailers.find("X-Cogos-Signature").value_or("")));
  const auto verified =
      verify_attestation(trailers.find("X-Cogos-Attestation").value_or(""), signer.public_pem(), covered,
                         AttestedRequest{"POST", "/v1/stream", "{}"});
  ASSERT_TRUE(verified) << verified.error().message();
  EXPECT_EQ(verified->ts, to_unix_ms(clock.now()));
  EXPECT_EQ(runs, 1);
  EXPECT_EQ(rows().size(), 1U);
  EXPECT_EQ(charged(), 1U);
}

TEST_F(IdempotencyTest, AStreamThatIsGivenAgainCountsAgainstTheMemoryOfLargeBodies) {
  padding = 30'000;
  send(named("order-1", "/v1/stream"));
  const std::string whole = drain();
  send(named("order-1", "/v1/stream"));
  EXPECT_EQ(memory->in_use() + http::kUncountedBytes, whole.find("tail "));
  std::string piece;
  ASSERT_TRUE(test::run_task(exchange->response.stream->next(piece)));
  EXPECT_LE(piece.size(), 16U * 1024U) << "a slow reader holds it once";
  EXPECT_EQ((piece + drain()).substr(0, 2 * padding), whole.substr(0, 2 * padding));
  exchange.reset();
  EXPECT_EQ(memory->in_use(), 0U);
  http::Budget::Share taken;
  ASSERT_TRUE(memory->take(60'000, taken));
  EXPECT_EQ(send(named("order-1", "/v1/stream")).status, 503);
}

TEST_F(IdempotencyTest, AStreamThatBrokeOffIsNotKept) {
  breaks = true;
  send(named("order-1", "/v1/stream"));
  drain();
  breaks = false;
  send(named("order-1", "/v1/stream"));
  drain();
  EXPECT_EQ(runs, 2);
}

TEST_F(IdempotencyTest, AStreamWhoseClientLeftIsNotKept) {
  send(named("order-1", "/v1/stream"));
  std::string piece;
  EXPECT_TRUE(test::run_task(exchange->response.stream->next(piece)));
  test::run_task(exchange->response.stream->abandon());
  send(named("order-1", "/v1/stream"));
  drain();
  EXPECT_EQ(runs, 2);
  EXPECT_EQ(rows().size(), 2U);
}

TEST_F(IdempotencyTest, TheSignatureOfARepetitionIsRemembered) {
  key = issue(keys::Scheme::ed25519);
  const auto signed_call = [this](const std::string& nonce) {
    http::Request one = with_signature(request("POST", "/v1/call", "{}"), *key, nonce);
    one.headers.set("Idempotency-Key", "order-1");
    return one;
  };
  send(signed_call("one"));
  EXPECT_EQ(send(signed_call("two")).status, 201);
  EXPECT_EQ(replayed(), "true");
  EXPECT_EQ(log.spent_signatures().size(), 2U) << "though there is one row";
  EXPECT_EQ(rows().size(), 1U);
  log.fail();
  EXPECT_EQ(send(signed_call("three")).status, 503) << "or it could be sent again after a restart";
}

TEST_F(IdempotencyTest, ItsWorkDoesNotEndWithItsClient) {
  send(named("order-1"));
  EXPECT_FALSE(exchange->cancellation.ends_with_client());
  send(with_bearer(request("POST", "/v1/call", "{}"), *key));
  EXPECT_TRUE(exchange->cancellation.ends_with_client());
}

/// The handler of the first one runs only once its twins wait.
TEST_F(IdempotencyTest, TwinsWaitForTheFirst) {
  for (const bool ends_well : {true, false}) {
    boost::asio::io_context io(1);
    http::Handler slow = [&](http::Exchange& one) -> http::Task<Result<http::Response>> {
      // After the twins, which were started before this goes on.
      for (int i = 0; i < 20; ++i) {
        http::Task<int> turn =
            http::await_callback<int>([](const std::function<void(int)>& done) { done(1); });
        co_await std::move(turn);
      }
      if (!ends_well) failure = Error(ErrorCode::upstream_error, "no");
      http::Task<Result<http::Response>> handling = handle(one);
      co_return co_await std::move(handling);
    };
    const std::string path = ends_well ? "/v1/slow" : "/v1/slow-and-bad";
    add(path, std::move(slow), true);
    runs = 0;
    std::deque<http::Exchange> twins(3);
    int done = 0;
    for (http::Exchange& one : twins) {
      one.id = "req-000000000000000000000001";
      one.received_at = clock.now();
      one.started = clock.monotonic();
      one.peer = boost::asio::ip::make_address(peer);
      one.request = named("order-" + path, path);
      boost::asio::co_spawn(boost::asio::make_strand(io.get_executor()), pipeline->answer(one),
                            [&done](const std::exception_ptr&) { ++done; });
    }
    const auto work = boost::asio::make_work_guard(io);
    while (done < 3) io.run_one();
    EXPECT_EQ(runs, 1);
    EXPECT_EQ(twins[0].response.status, ends_well ? 201 : 502);
    for (const std::size_t i : {1U, 2U}) EXPECT_EQ(twins[i].response.status, ends_well ? 201 : 409);
    EXPECT_EQ(twins[1].response.body == body, ends_well);
    EXPECT_EQ(header(twins[1].response, "Retry-After"), ends_well ? "(none)" : "1");
  }
}

}  // namespace
}  // namespace cogos::stages
