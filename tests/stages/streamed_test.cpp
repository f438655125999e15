#include "cogos/receipt.hpp"
#include "stages/pipeline_fixture.hpp"

namespace cogos::stages {
namespace {

/// Three pieces, or as many as are taken before the client leaves.
class Pieces final : public http::BodyStream {
 public:
  explicit Pieces(bool& abandoned) : abandoned_(abandoned) {}
  http::Task<bool> next(std::string& piece) override {
    if (given_ == 3) co_return false;
    piece = "piece " + std::to_string(++given_) + "\n";
    co_return true;
  }
  [[nodiscard]] const http::Headers& trailers() const override { return none_; }
  [[nodiscard]] Tail tail() const override {
    return [](const http::Headers& receipts) {
      return "tail " + std::string(receipts.find("X-Cogos-Signature").value_or("none"));
    };
  }
  http::Task<void> abandon() override {
    abandoned_ = true;
    co_return;
  }

 private:
  bool& abandoned_;
  int given_ = 0;
  http::Headers none_;
};

class StreamedTest : public PipelineTest {
 protected:
  StreamedTest() {
    router.add({"POST", "/v1/stream", http::Realm::customer, http::BodyKind::json,
                [this](http::Exchange&) -> http::Task<Result<http::Response>> {
                  http::Response response;
                  response.stream = std::make_unique<Pieces>(abandoned);
                  co_return response;
                }});
  }
  std::string drain() {
    std::string body;
    std::string piece;
    while (test::run_task(exchange->response.stream->next(piece))) body += piece;
    return body;
  }

  bool abandoned = false;
};

TEST_F(StreamedTest, ItsReceiptsComeAtItsEndAndCoverEveryPiece) {
  const auto key = issue(keys::Scheme::bearer);
  http::Response& response = send(with_bearer(request("POST", "/v1/stream", "{}"), key));
  ASSERT_TRUE(response.stream);
  EXPECT_EQ(header(response, "Trailer"), "X-Cogos-Signature, X-Cogos-Attestation");
  EXPECT_TRUE(rows().empty()) << "the row is written when the body is complete";
  const std::string body = drain();
  const http::Headers& trailers = response.stream->trailers();
  const std::string covered = "piece 1\npiece 2\npiece 3\n";
  EXPECT_EQ(body, covered + "tail " + std::string(trailers.find("X-Cogos-Signature").value_or("")));
  ASSERT_EQ(rows().size(), 1U);

  const AttestedRequest attested{"POST", "/v1/stream", "{}"};
  const auto verified = verify_attestation(trailers.find("X-Cogos-Attestation").value_or(""),
                                           signer.public_pem(), covered, attested);
  ASSERT_TRUE(verified) << verified.error().message();
  EXPECT_EQ(verified->chain_head, base::parse_json(rows().front()).value().at("row_hash"));
  EXPECT_TRUE(verify_response_signature(as_text(key.hmac_secret.reveal()), covered,
                                        trailers.find("X-Cogos-Signature").value_or("")));
}

TEST_F(StreamedTest, WithoutItsRowItEndsWithoutReceipts) {
  const auto key = issue(keys::Scheme::bearer);
  send(with_bearer(request("POST", "/v1/stream", "{}"), key));
  log.fail();
  EXPECT_TRUE(drain().ends_with("tail none"));
  EXPECT_TRUE(exchange->response.stream->trailers().empty());
}

TEST_F(StreamedTest, AClientThatLeavesStopsTheProducerAndIsRecorded) {
  const auto key = issue(keys::Scheme::bearer);
  send(with_bearer(request("POST", "/v1/stream", "{}"), key));
  std::string piece;
  EXPECT_TRUE(test::run_task(exchange->response.stream->next(piece)));
  test::run_task(exchange->response.stream->abandon());
  EXPECT_TRUE(abandoned);
  ASSERT_EQ(rows().size(), 1U);
  EXPECT_EQ(base::parse_json(rows().front()).value().at("status"), "client_closed");
}

TEST_F(StreamedTest, AClientThatLeavesBeforeTheTailIsRecordedOnce) {
  const auto key = issue(keys::Scheme::bearer);
  send(with_bearer(request("POST", "/v1/stream", "{}"), key));
  std::string piece;
  for (int i = 0; i < 4; ++i) EXPECT_TRUE(test::run_task(exchange->response.stream->next(piece)));
  EXPECT_TRUE(piece.starts_with("tail "));
  test::run_task(exchange->response.stream->abandon());
  ASSERT_EQ(rows().size(), 1U);
  EXPECT_EQ(base::parse_json(rows().front()).value().at("status"), "success");
}

TEST_F(StreamedTest, AProducerThatThrowsEndsTheStreamAndIsRecorded) {
  class Throwing final : public http::BodyStream {
   public:
    http::Task<bool> next(std::string&) override {
      throw std::runtime_error("broken");
      co_return false;
    }
    [[nodiscard]] const http::Headers& trailers() const override { return none_; }
    http::Task<void> abandon() override { co_return; }

   private:
    http::Headers none_;
  };
  router.add({"POST", "/v1/breaks", http::Realm::customer, http::BodyKind::json,
              [](http::Exchange&) -> http::Task<Result<http::Response>> {
                http::Response response;
                response.stream = std::make_unique<Throwing>();
                co_return response;
              }});
  const auto key = issue(keys::Scheme::bearer);
  send(with_bearer(request("POST", "/v1/breaks", "{}"), key));
  EXPECT_EQ(drain(), "");
  ASSERT_EQ(rows().size(), 1U);
  EXPECT_EQ(base::parse_json(rows().front()).value().at("status"), "server_error");
}

}  // namespace
}  // namespace cogos::stages
