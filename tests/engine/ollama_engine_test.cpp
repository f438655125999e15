#include "engine/ollama_engine.hpp"

#include <gtest/gtest.h>

#include "engine/recorded_client.hpp"

namespace cogos::engine {
namespace {

using namespace test;

class OllamaEngineTest : public testing::Test {
 protected:
  Result<InferenceReply> complete(const InferenceRequest& request = short_request()) {
    return run(engine_, request);
  }
  Result<InferenceReply> play(std::string body) {
    client_.play(200, std::move(body));
    return complete();
  }

  RecordedClient client_;
  OllamaEngine engine_{options_for("http://127.0.0.1:11434"), client_};
};

TEST_F(OllamaEngineTest, SendsEverySettingInOllamasWords) {
  ASSERT_FALSE(complete(full_request()));
  ASSERT_EQ(client_.requests.size(), 1U);
  const http::OutgoingRequest& sent = client_.requests.front();
  EXPECT_EQ(sent.method, "POST");
  EXPECT_EQ(sent.url, "http://127.0.0.1:11434/api/chat");
  EXPECT_EQ(sent.timeout, std::chrono::milliseconds(1234));
  EXPECT_EQ(sent.max_response_bytes, kMaxUpstreamBytes);
  const std::vector<std::pair<std::string, std::string>> headers{{"Accept", "application/json"},
                                                                 {"Content-Type", "application/json"}};
  EXPECT_EQ(sent.headers, headers);
  EXPECT_EQ(sent.body,
            R"({"format":{"properties":{"n":{"type":"integer"}},"type":"object"},"messages":[)"
            R"({"content":"Be brief.","role":"system"},{"content":"Be kind.","role":"system"},)"
            R"({"content":"Grüß \"Gott\"\n","role":"user"},{"content":"Servus","role":"assistant"}],)"
            R"("model":"llama3.1:8b","options":{"num_predict":4294967295,"seed":-7,)"
            R"("stop":["END","\n\n"],"temperature":0.25,"top_p":1},"stream":false})");
}

TEST_F(OllamaEngineTest, LeavesOutWhatTheRequestLeavesOut) {
  ASSERT_FALSE(complete());
  EXPECT_EQ(client_.requests.front().body,
            R"({"messages":[{"content":"Hello, world!","role":"user"}],"model":"m","options":{},)"
            R"("stream":false})");
}

TEST_F(OllamaEngineTest, FoldsSeedsIntoExactNumbers) {
  const auto sent_seed = [this](std::int64_t seed) {
    InferenceRequest request = short_request();
    request.seed = seed;
    (void)complete(request);
    const std::string& body = client_.requests.back().body;
    const auto from = body.find(R"("seed":)") + 7;
    return body.substr(from, body.find('}', from) - from);
  };
  EXPECT_EQ(sent_seed(0), "0");
  EXPECT_EQ(sent_seed(9007199254740991), "9007199254740991");
  EXPECT_EQ(sent_seed(9007199254740993), "1");
  EXPECT_EQ(sent_seed(INT64_MAX), "9007199254740991");
  EXPECT_EQ(sent_seed(INT64_MIN), "0");
}

TEST_F(OllamaEngineTest, ReadsTheReply) {
  const auto reply = play(
      R"({"model":"m","created_at":"2025-01-01T00:00:00Z","message":{"role":"assistant","content":"{\"n\":1}"},)"
      R"("done":true,"done_reason":"stop","prompt_eval_count":26,"eval_count":298,"error":null})");
  ASSERT_TRUE(reply) << reply.error().message();
  EXPECT_EQ(reply->text, R"({"n":1})");
  EXPECT_EQ(reply->finish_reason, "stop");
  EXPECT_EQ(reply->prompt_tokens, 26U);
  EXPECT_EQ(reply->completion_tokens, 298U);
  EXPECT_EQ(engine_.name(), "ollama");
}

TEST_F(OllamaEngineTest, ReportsThatTheLengthCutTheText) {
  const auto reply = play(R"({"message":{"content":"He"},"done":true,"done_reason":"length"})");
  ASSERT_TRUE(reply);
  EXPECT_EQ(reply->finish_reason, "length");
}

TEST_F(OllamaEngineTest, EstimatesTheTokensThatAreNotCounted) {
  const auto reply = play(R"({"message":{"content":"Hello, world! 12"},"prompt_eval_count":null})");
  ASSERT_TRUE(reply);
  EXPECT_EQ(reply->finish_reason, "stop");
  EXPECT_EQ(reply->prompt_tokens, 4U);
  EXPECT_EQ(reply->completion_tokens, 5U);
}

TEST_F(OllamaEngineTest, CarriesAnyTextThatJsonCanCarry) {
  const auto reply = play(R"({"message":{"content":"a\u0000b\ud83d\ude00"},"done":true})");
  ASSERT_TRUE(reply);
  EXPECT_EQ(reply->text, std::string("a\0b\xF0\x9F\x98\x80", 7));
  const auto empty = play(R"({"message":{"content":""},"done":true})");
  ASSERT_TRUE(empty);
  EXPECT_EQ(empty->text, "");
}

TEST_F(OllamaEngineTest, RefusesHostileAnswers) {
  std::vector<Hostile> table = hostile_bodies();
  for (const char* value : {"null", "1", "\"x\"", "[]", "true", "{}", R"({"content":null})",
                            R"({"content":1})", R"({"content":["a"]})", R"({"content":{}})",
                            R"({"content":"a","content":"a"})", R"([{"content":"a"}])"}) {
    table.push_back({std::string("message ") + value, R"({"message":)" + std::string(value) + "}"});
  }
  const auto add = [&table](const std::string& members) {
    std::string body = R"({"message":{"content":"a"},)";
    body += members;
    body += '}';
    table.push_back({members, std::move(body)});
  };
  for (const char* value : {R"("load")", R"("unload")", R"("STOP")", "\"\"", "1", "true", "[]", "{}"}) {
    add(std::string(R"("done_reason":)") + value);
  }
  for (const char* value : {"false", "0", R"("true")", "[]"}) add(std::string(R"("done":)") + value);
  for (const std::string& value : hostile_counts()) {
    add(R"("prompt_eval_count":)" + value);
    add(R"("eval_count":)" + value);
  }
  add(R"("prompt_eval_count":9007199254740991,"eval_count":1)");
  add(R"("error":"broke off")");
  for (const Hostile& hostile : table) {
    const auto reply = play(hostile.body);
    ASSERT_FALSE(reply) << hostile.what;
    EXPECT_EQ(reply.error().code(), ErrorCode::upstream_error) << hostile.what;
    EXPECT_EQ(reply.error().upstream_status(), 0) << hostile.what;
    EXPECT_TRUE(reply.error().message().starts_with("the model server")) << reply.error().message();
    EXPECT_LE(reply.error().message().size() + reply.error().detail().size(), 450U) << hostile.what;
  }
}

TEST_F(OllamaEngineTest, TakesCountsUpToTheLargestExactNumber) {
  const auto reply =
      play(R"({"message":{"content":"a"},"prompt_eval_count":9007199254740990,"eval_count":1})");
  ASSERT_TRUE(reply);
  EXPECT_EQ(reply->prompt_tokens, 9007199254740990U);
}

TEST_F(OllamaEngineTest, TellsItsErrorsApart) {
  const auto message = [this](std::string body) { return play(std::move(body)).error().message(); };
  EXPECT_EQ(message("<html>"), "the model server's answer is not readable as JSON");
  EXPECT_EQ(message("[]"), "the model server's answer is not a JSON object");
  EXPECT_EQ(message("{}"), "the model server's answer holds no text");
  EXPECT_EQ(message(R"({"error":"x"})"), "the model server reported an error in place of an answer");
  EXPECT_EQ(message(std::string(kMaxUpstreamBytes + 1, ' ')),
            "the model server's answer is longer than 8388608 bytes");
  EXPECT_EQ(message(R"({"message":{"content":"a"},"done":false})"),
            "the model server's answer ended before it was whole");
}

TEST_F(OllamaEngineTest, TakesALongAnswerWithinTheBound) {
  const std::string head = R"({"message":{"content":")";
  const std::string tail = R"("}})";
  const std::string text(kMaxUpstreamBytes - head.size() - tail.size(), 'x');
  const auto reply = play(head + text + tail);
  ASSERT_TRUE(reply);
  EXPECT_EQ(reply->text, text);
}

TEST_F(OllamaEngineTest, SaysWhichStatusTheServerAnswered) {
  const std::string body = R"({"error":"model \"m\" not found"})";
  for (const int status : {100, 199, 300, 302, 400, 401, 404, 429, 500, 503, 599}) {
    client_.play(status, body);
    const auto reply = complete();
    ASSERT_FALSE(reply);
    EXPECT_EQ(reply.error().code(), ErrorCode::upstream_error);
    EXPECT_EQ(reply.error().upstream_status(), status);
    EXPECT_EQ(reply.error().message(), "the model server answered " + std::to_string(status));
    EXPECT_EQ(reply.error().detail(), body);
  }
  client_.play(201, R"({"message":{"content":"a"}})");
  EXPECT_TRUE(complete());
}

TEST_F(OllamaEngineTest, LogsAShortPrintableExcerptOfAnError) {
  client_.play(500, std::string("a\r\n\x1B[2J\0\x7F\xC2\x85 ", 12) + std::string(9999, 'x'));
  const auto reply = complete();
  ASSERT_FALSE(reply);
  EXPECT_EQ(reply.error().detail(), "a???[2J???? " + std::string(288, 'x'));
}

TEST_F(OllamaEngineTest, PassesOnWhatTheTransportReports) {
  const std::vector<std::pair<ErrorCode, std::string>> table{
      {ErrorCode::upstream_error, "the upstream refused the connection"},
      {ErrorCode::upstream_error, "the upstream's answer was cut short"},
      {ErrorCode::upstream_timeout, "the upstream did not answer in time"},
      {ErrorCode::client_closed, "the client left"}};
  for (const auto& [code, message] : table) {
    client_.answer = Error(code, message, "errno 111");
    const auto reply = complete();
    ASSERT_FALSE(reply);
    EXPECT_EQ(reply.error().code(), code);
    EXPECT_EQ(reply.error().message(), message);
    EXPECT_EQ(reply.error().detail(), "errno 111");
  }
}

TEST_F(OllamaEngineTest, DoesNotCallForAClientThatHasLeft) {
  http::Cancellation cancellation;
  cancellation.request();
  const auto reply = run(engine_, short_request(), cancellation);
  ASSERT_FALSE(reply);
  EXPECT_EQ(reply.error().code(), ErrorCode::client_closed);
  EXPECT_TRUE(client_.requests.empty());
}

TEST_F(OllamaEngineTest, StopsWhenTheClientLeavesWhateverTheTransportMakesOfIt) {
  client_.stalled = true;
  const auto leave = [this] {
    http::Cancellation cancellation;
    return run(engine_, short_request(), cancellation, [&cancellation] { cancellation.request(); });
  };
  client_.answer = Error(ErrorCode::client_closed, "the client left");
  EXPECT_EQ(leave().error().code(), ErrorCode::client_closed);
  client_.answer = Error(ErrorCode::upstream_error, "the connection broke");
  EXPECT_EQ(leave().error().code(), ErrorCode::client_closed);
  client_.play(200, R"({"message":{"content":"too late"}})");
  EXPECT_EQ(leave().error().code(), ErrorCode::client_closed);
  EXPECT_EQ(client_.requests.size(), 3U);
}

TEST_F(OllamaEngineTest, ServesManyCallsAtOnce) {
  client_.play(200, R"({"message":{"content":"a"}})");
  boost::asio::io_context loop;
  const InferenceRequest request = short_request();
  http::Cancellation cancellation;
  int served = 0;
  for (int i = 0; i < 100; ++i) {
    boost::asio::co_spawn(http::Executor(loop.get_executor()), engine_.complete(request, cancellation),
                          [&served](const std::exception_ptr& thrown, Result<InferenceReply> reply) {
                            served += !thrown && reply && reply->text == "a" ? 1 : 0;
                          });
  }
  loop.run();
  EXPECT_EQ(served, 100);
}

}  // namespace
}  // namespace cogos::engine
