#include <gtest/gtest.h>

#include "engine/builtin_engine.hpp"
#include "engine/measured_engine.hpp"
#include "engine/ollama_engine.hpp"
#include "engine/openai_engine.hpp"
#include "engine/recorded_client.hpp"
#include "engine/token_estimate.hpp"
#include "support/manual_clock.hpp"
#include "support/run_task.hpp"

namespace cogos::engine {
namespace {

using namespace test;

class EmbeddingTest : public testing::Test {
 protected:
  Result<EmbeddingReply> embed(InferenceEngine& engine) {
    http::Cancellation cancellation;
    return cogos::test::run_task(engine.embed(request, cancellation));
  }
  Result<EmbeddingReply> openai(const std::string& body) {
    client_.play(200, body);
    return embed(openai_);
  }
  Result<EmbeddingReply> ollama(const std::string& body) {
    client_.play(200, body);
    return embed(ollama_);
  }

  EmbeddingRequest request{"nomic", {"one", "two"}, {}};
  RecordedClient client_;
  OpenAiEngine openai_{options_for("https://models.example/v1", kKey), client_};
  OllamaEngine ollama_{options_for("http://127.0.0.1:11434"), client_};
};

std::string data(const std::string& first, const std::string& second) {
  return R"({"data":[{"index":0,"embedding":)" + first + R"(},{"index":1,"embedding":)" + second + "}]}";
}

TEST_F(EmbeddingTest, AsksEachServerInItsOwnWords) {
  request.dimensions = 64;
  (void)embed(openai_);
  EXPECT_EQ(client_.requests.back().url, "https://models.example/v1/embeddings");
  EXPECT_EQ(client_.requests.back().body,
            R"({"dimensions":64,"encoding_format":"float","input":["one","two"],"model":"nomic"})");
  (void)embed(ollama_);
  EXPECT_EQ(client_.requests.back().url, "http://127.0.0.1:11434/api/embed");
  EXPECT_EQ(client_.requests.back().body,
            R"({"dimensions":64,"input":["one","two"],"model":"nomic","truncate":false})");
}

TEST_F(EmbeddingTest, ReadsTheVectorsInTheOrderOfTheTexts) {
  const auto reply = openai(R"({"data":[{"index":1,"embedding":[3,-4e-2]},{"index":0,"embedding":[0.1,2]}],)"
                            R"("usage":{"prompt_tokens":7,"total_tokens":7}})");
  ASSERT_TRUE(reply) << reply.error().message();
  EXPECT_EQ(reply->vectors, (std::vector<std::vector<double>>{{0.1, 2}, {3, -0.04}}));
  EXPECT_EQ(reply->prompt_tokens, 7U);
  const auto unplaced = openai(R"({"data":[{"embedding":[1]},{"embedding":[2]}]})");
  ASSERT_TRUE(unplaced);
  EXPECT_EQ(unplaced->vectors, (std::vector<std::vector<double>>{{1}, {2}}));
  EXPECT_EQ(unplaced->prompt_tokens, 2 * estimate_tokens("one")) << "counted here where the server does not";
  const auto other = ollama(R"({"embeddings":[[0.5],[1]],"prompt_eval_count":9})");
  ASSERT_TRUE(other) << other.error().message();
  EXPECT_EQ(other->vectors, (std::vector<std::vector<double>>{{0.5}, {1}}));
  EXPECT_EQ(other->prompt_tokens, 9U);
}

TEST_F(EmbeddingTest, VectorsThatAreNoneAreTheUpstreamsError) {
  const auto refused = [](const Result<EmbeddingReply>& reply, const std::string& what) {
    ASSERT_FALSE(reply) << what;
    EXPECT_EQ(reply.error().code(), ErrorCode::upstream_error) << what;
  };
  for (const Hostile& hostile : hostile_bodies()) {
    refused(openai(hostile.body), hostile.what);
    refused(ollama(hostile.body), hostile.what);
  }
  const std::string huge = "[" + std::string("0") + [] {
    std::string more;
    for (std::uint32_t i = 0; i < kMaxDimensions; ++i) more += ",0";
    return more;
  }() + "]";
  for (const std::string& vector :
       {std::string("null"), std::string("1"), std::string("{}"), std::string("[]"), std::string("[null]"),
        std::string(R"(["1"])"), std::string("[[1]]"), std::string("[true]"), std::string("[1e39]"),
        std::string("[-1e39]"), std::string(R"("AACAPw==")"), huge}) {
    refused(openai(data(vector, vector)), vector.substr(0, 40));
    refused(ollama(R"({"embeddings":[)" + vector + "," + vector + "]}"), vector.substr(0, 40));
  }
  refused(openai(data("[1]", "[1,2]")), "two sizes");
  refused(openai(R"({"data":[{"index":0,"embedding":[1]}]})"), "one too few");
  refused(ollama(R"({"embeddings":[[1],[2],[3]]})"), "one too many");
  for (const char* index : {"0", "2", "-1", "\"1\"", "1.5"}) {
    refused(openai(R"({"data":[{"index":0,"embedding":[1]},{"index":)" + std::string(index) +
                   R"(,"embedding":[2]}]})"),
            index);
  }
  refused(openai(R"({"data":[1,2]})"), "no objects");
  refused(openai(R"({"data":[{"index":0},{"index":1}]})"), "no vectors");
  for (const std::string& count : hostile_counts()) {
    refused(ollama(R"({"embeddings":[[1],[2]],"prompt_eval_count":)" + count + "}"), count);
  }
  request.dimensions = 2;
  refused(openai(data("[1]", "[1]")), "another size than was asked for");
  EXPECT_TRUE(openai(data("[1,2]", "[3,4]")));
}

TEST_F(EmbeddingTest, AStatusAndALostConnectionFailAsForChat) {
  client_.play(500, "oops");
  EXPECT_EQ(embed(openai_).error().upstream_status(), 500);
  client_.answer = Error(ErrorCode::upstream_timeout, "late");
  EXPECT_EQ(embed(ollama_).error().code(), ErrorCode::upstream_timeout);
}

TEST_F(EmbeddingTest, TheBuiltinEngineMakesNone) {
  BuiltinEngine builtin;
  EXPECT_FALSE(builtin.embeds());
  EXPECT_TRUE(openai_.embeds() && ollama_.embeds());
  EXPECT_EQ(embed(builtin).error().code(), ErrorCode::invalid_request);
}

TEST_F(EmbeddingTest, IsMeasuredAsAnyCall) {
  cogos::test::ManualClock clock;
  EngineFigures figures;
  MeasuredEngine measured(ollama_, clock, figures);
  EXPECT_TRUE(measured.embeds());
  client_.play(200, R"({"embeddings":[[1],[2]]})");
  EXPECT_TRUE(embed(measured));
  client_.play(500, "");
  EXPECT_FALSE(embed(measured));
  EXPECT_EQ(figures.calls(EngineFigures::Outcome::done), 1U);
  EXPECT_EQ(figures.calls(EngineFigures::Outcome::upstream_error), 1U);
}

}  // namespace
}  // namespace cogos::engine
