#include "engine/openai_engine.hpp"

#include <gtest/gtest.h>

#include <stdexcept>
#include <type_traits>

#include "engine/recorded_client.hpp"

namespace cogos::engine {
namespace {

using namespace test;

static_assert(!std::is_copy_constructible_v<UpstreamKey> && !std::is_copy_assignable_v<UpstreamKey>);
static_assert(!std::is_convertible_v<UpstreamKey, std::string_view>);

class OpenAiEngineTest : public testing::Test {
 protected:
  Result<InferenceReply> complete(const InferenceRequest& request = short_request()) {
    return run(engine_, request);
  }
  Result<InferenceReply> play(std::string body) {
    client_.play(200, std::move(body));
    return complete();
  }

  RecordedClient client_;
  OpenAiEngine engine_{options_for("https://models.example/v1//", kKey), client_};
};

/// An answer of one choice, with `rest` behind its content.
std::string choice(const std::string& content, const std::string& rest = {}) {
  return R"({"choices":[{"index":0,"message":{"role":"assistant","content":)" + content + "}" + rest + "}]";
}

TEST_F(OpenAiEngineTest, SendsEverySettingInTheApisWords) {
  ASSERT_FALSE(complete(full_request()));
  ASSERT_EQ(client_.requests.size(), 1U);
  const http::OutgoingRequest& sent = client_.requests.front();
  EXPECT_EQ(sent.method, "POST");
  EXPECT_EQ(sent.url, "https://models.example/v1/chat/completions");
  EXPECT_EQ(sent.timeout, std::chrono::milliseconds(1234));
  EXPECT_EQ(sent.max_response_bytes, kMaxUpstreamBytes);
  EXPECT_EQ(sent.body,
            R"({"max_tokens":4294967295,"messages":[{"content":"Be brief.","role":"system"},)"
            R"({"content":"Be kind.","role":"system"},{"content":"Grüß \"Gott\"\n","role":"user"},)"
            R"({"content":"Servus","role":"assistant"}],"model":"llama3.1:8b","response_format":)"
            R"({"json_schema":{"name":"number","schema":{"properties":{"n":{"type":"integer"}},)"
            R"("type":"object"},"strict":true},"type":"json_schema"},"seed":-7,"stop":["END","\n\n"],)"
            R"("stream":false,"temperature":0.25,"top_p":1})");
}

TEST_F(OpenAiEngineTest, LeavesOutWhatTheRequestLeavesOut) {
  ASSERT_FALSE(complete());
  EXPECT_EQ(client_.requests.front().body,
            R"({"messages":[{"content":"Hello, world!","role":"user"}],"model":"m","stream":false})");
}

TEST_F(OpenAiEngineTest, NamesASchemaThatHasNoName) {
  InferenceRequest request = short_request();
  request.schema = Json(true);
  ASSERT_FALSE(complete(request));
  EXPECT_NE(client_.requests.front().body.find(R"({"name":"answer","schema":true,"strict":true})"),
            std::string::npos);
}

TEST_F(OpenAiEngineTest, ReadsTheReply) {
  const auto reply = play(choice(R"("{\"n\":1}")", R"(,"finish_reason":"stop","logprobs":null)") +
                          R"(,"usage":{"prompt_tokens":9,"completion_tokens":12,"total_tokens":21}})");
  ASSERT_TRUE(reply) << reply.error().message();
  EXPECT_EQ(reply->text, R"({"n":1})");
  EXPECT_EQ(reply->finish_reason, "stop");
  EXPECT_EQ(reply->prompt_tokens, 9U);
  EXPECT_EQ(reply->completion_tokens, 12U);
  EXPECT_EQ(engine_.name(), "openai");
}

TEST_F(OpenAiEngineTest, KnowsTheWordsForEitherEnd) {
  for (const char* word : {R"("stop")", R"("eos")", R"("eos_token")", R"("stop_sequence")", "null"}) {
    const auto reply = play(choice(R"("a")", std::string(R"(,"finish_reason":)") + word) + "}");
    ASSERT_TRUE(reply) << word;
    EXPECT_EQ(reply->finish_reason, "stop");
  }
  const auto cut = play(choice(R"("a")", R"(,"finish_reason":"length")") + "}");
  ASSERT_TRUE(cut);
  EXPECT_EQ(cut->finish_reason, "length");
}

TEST_F(OpenAiEngineTest, EstimatesTheTokensThatAreNotCounted) {
  for (const char* usage : {"", R"(,"usage":null)", R"(,"usage":{})", R"(,"usage":{"prompt_tokens":null})"}) {
    const auto reply = play(choice(R"("Hello, world! 12")") + usage + "}");
    ASSERT_TRUE(reply) << usage;
    EXPECT_EQ(reply->prompt_tokens, 4U);
    EXPECT_EQ(reply->completion_tokens, 5U);
  }
}

TEST_F(OpenAiEngineTest, RefusesHostileAnswers) {
  std::vector<Hostile> table = hostile_bodies();
  for (const char* value : {"null", "1", "\"x\"", "[]", "{}", "[null]", "[1]", "[[]]", "[{}]",
                            R"({"0":{"message":{"content":"a"}}})", R"([{"message":null}])",
                            R"([{"message":"a"}])", R"([{"message":[]}])", R"([{"message":{}}])",
                            R"([{"text":"a"}])", R"([{"message":{"content":"a","content":"b"}}])"}) {
    table.push_back({std::string("choices ") + value, R"({"choices":)" + std::string(value) + "}"});
  }
  for (const char* value : {"null", "1", "true", "{}", "[]", R"([{"type":"text","text":"a"}])"}) {
    table.push_back({std::string("content ") + value, choice(value) + "}"});
  }
  table.push_back({"refusal", R"({"choices":[{"message":{"content":null,"refusal":"I cannot"}}]})"});
  for (const char* value :
       {R"("content_filter")", R"("tool_calls")", R"("abort")", "\"\"", "0", "[]", "{}"}) {
    const std::string rest = std::string(R"(,"finish_reason":)") + value;
    table.push_back({rest, choice(R"("a")", rest) + "}"});
  }
  for (const std::string& value : hostile_counts()) {
    for (const char* name : {"prompt_tokens", "completion_tokens"}) {
      const std::string usage = R"(,"usage":{")" + std::string(name) + R"(":)" + value + "}}";
      table.push_back({usage, choice(R"("a")") + usage});
    }
  }
  table.push_back(
      {"counts that add up to 2^53",
       choice(R"("a")") + R"(,"usage":{"prompt_tokens":1,"completion_tokens":9007199254740991}})"});
  table.push_back({"an answer beside an error", choice(R"("a")") + R"(,"error":{"code":500}})"});
  for (const Hostile& hostile : table) {
    const auto reply = play(hostile.body);
    ASSERT_FALSE(reply) << hostile.what;
    EXPECT_EQ(reply.error().code(), ErrorCode::upstream_error) << hostile.what;
    EXPECT_EQ(reply.error().upstream_status(), 0) << hostile.what;
    EXPECT_TRUE(reply.error().message().starts_with("the model server")) << reply.error().message();
    EXPECT_LE(reply.error().message().size() + reply.error().detail().size(), 450U) << hostile.what;
  }
}

TEST_F(OpenAiEngineTest, TellsItsErrorsApart) {
  const auto message = [this](std::string body) { return play(std::move(body)).error().message(); };
  EXPECT_EQ(message("{}"), "the model server's answer holds no choice");
  EXPECT_EQ(message(choice("null") + "}"), "the model server's answer holds no text");
  EXPECT_EQ(message(choice("1") + "}"), "the model server's answer holds a content that is no string");
  EXPECT_EQ(message(choice(R"("a")", R"(,"finish_reason":"content_filter")") + "}"),
            "the model server's answer ended before it was whole, for a reason other than its length");
  client_.play(503, "busy");
  EXPECT_EQ(complete().error().message(), "the model server answered 503");
}

TEST_F(OpenAiEngineTest, StopsWhenTheClientLeaves) {
  client_.stalled = true;
  client_.answer = Error(ErrorCode::upstream_error, "the connection broke");
  http::Cancellation cancellation;
  const auto reply = run(engine_, short_request(), cancellation, [&] { cancellation.request(); });
  ASSERT_FALSE(reply);
  EXPECT_EQ(reply.error().code(), ErrorCode::client_closed);
}

TEST_F(OpenAiEngineTest, PutsTheKeyIntoTheAuthorizationHeaderOnly) {
  (void)complete(full_request());
  http::OutgoingRequest sent = client_.requests.front();
  const std::pair<std::string, std::string> expected{"Authorization", std::string("Bearer ") + kKey};
  EXPECT_EQ(std::erase(sent.headers, expected), 1);
  for (const auto& [name, value] : sent.headers) EXPECT_EQ(value.find(kKey), std::string::npos) << name;
  EXPECT_EQ(sent.url.find(kKey), std::string::npos);
  EXPECT_EQ(sent.body.find(kKey), std::string::npos);
}

TEST_F(OpenAiEngineTest, KeepsAnEchoedKeyOutOfItsErrors) {
  const std::string key = kKey;
  const std::string escaped = "sk-Very\\/Secret";
  const std::vector<std::pair<int, std::string>> table{
      {401, "wrong key: " + key},
      {401, key + key + " and " + key},
      {401, std::string(290, 'x') + key},  // across the excerpt's end
      {401, R"({"error":"Incorrect API key: )" + escaped + R"("})"},
      {200, R"({"error":"Incorrect API key: )" + escaped + R"("})"},
      {200, R"({"error":{"message":")" + key + R"("}})"},
      {200, R"({")" + key + R"(":1,")" + key + R"(":1})"},
      {200, key}};
  for (const auto& [status, body] : table) {
    client_.play(status, body);
    const auto reply = complete();
    ASSERT_FALSE(reply);
    for (const std::string& text : {reply.error().message(), reply.error().detail(), reply.error().param()}) {
      EXPECT_EQ(text.find("Secret"), std::string::npos) << text;
      EXPECT_EQ(text.find("sk-Very"), std::string::npos) << text;
    }
  }
}

TEST(UpstreamKey, RefusesWhatAHeaderCannotCarryWithoutRepeatingIt) {
  for (const std::string& text :
       {std::string("se cret"), std::string("secret\n"), std::string("secret\r\nX: y"),
        std::string("secret\0", 7), std::string("secret\x7F"), std::string("secr\xC3\xA9t")}) {
    try {
      const UpstreamKey key(text);
      ADD_FAILURE() << text;
    } catch (const std::runtime_error& error) {
      EXPECT_EQ(std::string_view(error.what()).find("secr"), std::string_view::npos);
    }
  }
  EXPECT_TRUE(UpstreamKey("").empty());
}

TEST(UpstreamKey, LeavesNothingWhereItIsMovedFrom) {
  UpstreamKey short_key("abc");
  UpstreamKey long_key(std::string(100, 'k'));
  UpstreamKey moved = std::move(short_key);
  EXPECT_EQ(moved.reveal(), "abc");
  EXPECT_TRUE(short_key.empty());  // NOLINT(bugprone-use-after-move): that is the point
  moved = std::move(long_key);
  EXPECT_EQ(moved.reveal(), std::string(100, 'k'));
  EXPECT_TRUE(long_key.empty());  // NOLINT(bugprone-use-after-move)
}

TEST(UpstreamKey, ExcerptsAsTheyAreWhereThereIsNoKey) {
  EXPECT_EQ(UpstreamKey().excerpt("a b\tc"), "a b?c");
  EXPECT_EQ(UpstreamKey().excerpt(""), "");
  EXPECT_EQ(UpstreamKey("k").excerpt("kk", 4), "[key");
}

}  // namespace
}  // namespace cogos::engine
