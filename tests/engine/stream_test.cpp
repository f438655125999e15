#include <gtest/gtest.h>

#include <numeric>

#include "engine/builtin_engine.hpp"
#include "engine/line_reader.hpp"
#include "engine/ollama_engine.hpp"
#include "engine/openai_engine.hpp"
#include "engine/recorded_client.hpp"
#include "engine/token_estimate.hpp"

namespace cogos::engine {
namespace {

using namespace test;

std::string joined(const std::vector<std::string>& words) {
  return std::accumulate(words.begin(), words.end(), std::string());
}

std::string openai_chunk(const std::string& content, const std::string& reason = "null") {
  return R"(data: {"choices":[{"index":0,"delta":{"content":)" + content + R"(},"finish_reason":)" + reason +
         "}]}\n\n";
}

std::string ollama_line(const std::string& content) {
  return R"({"message":{"role":"assistant","content":)" + content + R"(},"done":false})" + "\n";
}

class StreamTest : public testing::Test {
 protected:
  Streamed openai(std::vector<std::string> pieces) {
    client_.play(200, "");
    client_.pieces = std::move(pieces);
    OpenAiEngine engine(options_for("https://models.example/v1", kKey), client_);
    return run_stream(engine, short_request());
  }
  Streamed ollama(std::vector<std::string> pieces) {
    client_.play(200, "");
    client_.pieces = std::move(pieces);
    OllamaEngine engine(options_for("http://127.0.0.1:11434"), client_);
    return run_stream(engine, short_request());
  }
  static void expect_broken(const Streamed& streamed, const std::string& what) {
    ASSERT_TRUE(streamed.failure) << what;
    EXPECT_EQ(streamed.failure->code(), ErrorCode::upstream_error) << what;
    EXPECT_EQ(streamed.failure->message().find(kKey), std::string::npos) << what;
  }

  RecordedClient client_;
};

TEST_F(StreamTest, OfOpenAiAsksForAStreamWithItsUsage) {
  openai({});
  const http::OutgoingRequest& sent = client_.requests.front();
  EXPECT_EQ(sent.body, R"({"messages":[{"content":"Hello, world!","role":"user"}],"model":"m","stream":true,)"
                       R"("stream_options":{"include_usage":true}})");
}

TEST_F(StreamTest, OfOpenAiGivesWordsAsTheyComeAndTheCountsAtItsEnd) {
  const auto streamed = openai({openai_chunk(R"("")"), openai_chunk(R"("Grüß ")"),
                                openai_chunk(R"("Gott")") + openai_chunk("null", R"("length")"),
                                R"(data: {"choices":[],"usage":{"prompt_tokens":11,"completion_tokens":7}})"
                                "\n\ndata: [DONE]\n\n"});
  EXPECT_FALSE(streamed.failure) << streamed.failure->message();
  EXPECT_EQ(streamed.words, (std::vector<std::string>{"Grüß ", "Gott"}));
  EXPECT_EQ(streamed.reply.finish_reason, "length");
  EXPECT_EQ(streamed.reply.prompt_tokens, 11U);
  EXPECT_EQ(streamed.reply.completion_tokens, 7U);
}

TEST_F(StreamTest, OfOpenAiIsTheSameWhereverItIsCut) {
  const std::string whole = ": comment\r\n\r\nevent: message\r\n" + openai_chunk(R"("Grüß ")") +
                            openai_chunk(R"("Gott")", R"("stop")") + "data: [DONE]\n\n";
  for (std::size_t size = 1; size < whole.size(); ++size) {
    std::vector<std::string> pieces;
    for (std::size_t at = 0; at < whole.size(); at += size) pieces.push_back(whole.substr(at, size));
    const auto streamed = openai(pieces);
    ASSERT_FALSE(streamed.failure) << size << ": " << streamed.failure->message();
    ASSERT_EQ(joined(streamed.words), "Grüß Gott") << size;
  }
}

TEST_F(StreamTest, CountsByItselfWhatTheServerDoesNotCount) {
  const auto streamed = openai({openai_chunk(R"("Hello, wor")"), openai_chunk(R"("ld!")", R"("stop")")});
  EXPECT_FALSE(streamed.failure);
  EXPECT_EQ(streamed.reply.completion_tokens, estimate_tokens("Hello, world!"));
  EXPECT_EQ(streamed.reply.prompt_tokens, estimate_tokens("Hello, world!"));
}

TEST_F(StreamTest, OfOpenAiRefusesWhatIsNoWholeAnswer) {
  const std::string one = openai_chunk(R"("one")");
  const std::vector<Hostile> bodies{
      {"nothing", ""},
      {"JSON in place of events", R"({"error":{"message":"out of memory"}})"
                                  "\n"},
      {"a page", "<html>\n"},
      {"cut after words", one},
      {"done without a reason", one + "data: [DONE]\n\n"},
      {"an error in the middle", one + "data: {\"error\":{\"message\":\"sk-Very/Secret\"}}\n\n"},
      {"a refusal", one + openai_chunk("null", R"("content_filter")")},
      {"no JSON", one + "data: {\n\n"},
      {"invalid UTF-8", one + openai_chunk("\"\xC3(\"")},
      {"a content that is no text", openai_chunk("1")},
      {"a reason that is no text", openai_chunk("null", "1")},
      {"a gigantic line", "data: " + std::string(kMaxStreamLine + 1, 'x')},
      {"a gigantic line that ends", "data: " + std::string(kMaxStreamLine + 1, 'x') + "\n"},
      {"a count below zero",
       openai_chunk(R"("one")", R"("stop")") + "data: {\"usage\":{\"prompt_tokens\":-1}}\n\n"}};
  for (const auto& [what, body] : bodies) expect_broken(openai({body}), what);
}

TEST_F(StreamTest, OfOllamaGivesWordsAsTheyComeAndTheCountsAtItsEnd) {
  const auto streamed = ollama({ollama_line(R"("Grüß ")"), ollama_line(R"("Gott")"),
                                R"({"message":{"content":""},"done":true,"done_reason":"length",)"
                                R"("prompt_eval_count":11,"eval_count":7})"
                                "\n"});
  EXPECT_FALSE(streamed.failure);
  EXPECT_EQ(streamed.words, (std::vector<std::string>{"Grüß ", "Gott"}));
  EXPECT_EQ(streamed.reply.finish_reason, "length");
  EXPECT_EQ(streamed.reply.prompt_tokens, 11U);
  EXPECT_EQ(streamed.reply.completion_tokens, 7U);
}

TEST_F(StreamTest, OfOllamaRefusesWhatIsNoWholeAnswer) {
  const std::string one = ollama_line(R"("one")");
  const std::vector<Hostile> bodies{{"nothing", ""},
                                    {"cut after words", one},
                                    {"an error in the middle", one + "{\"error\":\"out of memory\"}\n"},
                                    {"events", "data: {}\n\n"},
                                    {"an array", "[]\n"},
                                    {"invalid UTF-8", ollama_line("\"\xC3(\"")},
                                    {"a content that is no text", ollama_line("{}")}};
  for (const auto& [what, body] : bodies) expect_broken(ollama({body}), what);
}

TEST_F(StreamTest, TellsAnErrorOfTheServersBeforeItBegins) {
  client_.play(429, "");
  client_.pieces = {"slow down, sk-Very/Secret"};
  OpenAiEngine engine(options_for("https://models.example/v1", kKey), client_);
  const auto streamed = run_stream(engine, short_request());
  expect_broken(streamed, "429");
  EXPECT_EQ(streamed.failure->upstream_status(), 429);
  EXPECT_EQ(streamed.failure->detail(), "slow down, [key]");
}

TEST_F(StreamTest, GivesTheWordsThatCameBeforeWhatIsWrong) {
  const auto streamed = openai({openai_chunk(R"("one")") + "data: {\n\n"});
  EXPECT_EQ(joined(streamed.words), "one");
  expect_broken(streamed, "one piece");
}

TEST_F(StreamTest, PassesAFailureOfTheTransportOn) {
  client_.failure = Error(ErrorCode::upstream_timeout, "late");
  const auto streamed = openai({openai_chunk(R"("one")")});
  EXPECT_EQ(joined(streamed.words), "one");
  ASSERT_TRUE(streamed.failure);
  EXPECT_EQ(streamed.failure->code(), ErrorCode::upstream_timeout);
}

TEST(BuiltinStream, GivesTheSameTextInPieces) {
  InferenceRequest request;
  const std::string sentence = "The façade of the bank was painted in 1894 by two brothers from Łódź. ";
  request.messages.push_back({"user", sentence + sentence + "Who painted the façade of the bank?"});
  BuiltinEngine engine;
  const auto whole = BuiltinEngine::answer(request).value();
  const auto streamed = run_stream(engine, request);
  EXPECT_FALSE(streamed.failure);
  EXPECT_GT(streamed.words.size(), 1U);
  EXPECT_EQ(joined(streamed.words), whole.text);
  EXPECT_EQ(streamed.reply.completion_tokens, whole.completion_tokens);
  EXPECT_EQ(streamed.reply.prompt_tokens, whole.prompt_tokens);
}

}  // namespace
}  // namespace cogos::engine
