#include "api/chat_stream.hpp"

#include <gtest/gtest.h>

#include "api/chat_completions.hpp"
#include "api/inference_fixture.hpp"
#include "support/run_task.hpp"

namespace cogos::api {
namespace {

constexpr std::string_view kData = "data: ";

/// The events of a stream as JSON, each without its `data: `.
std::vector<Json> events_of(const std::string& body) {
  std::vector<Json> events;
  std::size_t at = 0;
  while ((at = body.find(kData, at)) != std::string::npos) {
    at += kData.size();
    const std::string line = body.substr(at, body.find('\n', at) - at);
    EXPECT_EQ(canonicalize_json(line).value(), line) << "events are canonical";
    events.push_back(base::parse_json(line).value());
  }
  return events;
}

class ChatStreamTest : public InferenceTest {
 protected:
  ChatStreamTest() {
    chat.add_routes(router);
    engine.answer = engine::InferenceReply{"", "stop", 3, 2};
    engine.words = {"one ", "two"};
  }

  Result<http::Response> ask(const std::string& more = {},
                             keys::AuditContent content = keys::AuditContent::digest) {
    exchange = std::make_unique<http::Exchange>();
    exchange->id = "req-1";
    exchange->principal = mint_key(content);
    exchange->request.method = "POST";
    exchange->request.target = "/v1/chat/completions";
    exchange->request.body = R"({"stream":true,"messages":[{"role":"user","content":"hello"}])" + more + "}";
    return test::run_task(router.find("POST", "/v1/chat/completions").route->handler(*exchange));
  }
  std::string read(http::BodyStream& stream) {
    std::string body;
    std::string piece;
    while (test::run_task(stream.next(piece))) body += piece;
    return body;
  }
  std::string read(const std::string& more = {}) {
    response = ask(more).value();
    return read(*response.stream);
  }
  static http::Headers receipts() {
    http::Headers receipts;
    receipts.set("X-Cogos-Signature", "aa");
    receipts.set("X-Cogos-Attestation", "token");
    return receipts;
  }

  std::shared_ptr<http::Budget> memory = std::make_shared<http::Budget>(64 * 1024);
  ChatCompletionsApi chat{engine, catalog, keyring, *memory, clock};
  std::unique_ptr<http::Exchange> exchange;
  http::Response response;
};

TEST_F(ChatStreamTest, GivesTheWordsInChunksAndTheReasonInTheLast) {
  const auto events = events_of(read());
  ASSERT_EQ(events.size(), 4U);
  EXPECT_EQ(response.headers.find("Content-Type"), "text/event-stream");
  for (const Json& event : events) {
    EXPECT_EQ(event.at("object"), "chat.completion.chunk");
    EXPECT_EQ(event.at("id"), "chatcmpl-1");
    EXPECT_EQ(event.at("model"), "cogos-tier-b");
    EXPECT_FALSE(event.contains("usage"));
  }
  const auto choice = [&](std::size_t i) { return events.at(i).at("choices").at(0); };
  EXPECT_EQ(choice(0).at("delta"), (Json{{"role", "assistant"}, {"content", ""}}));
  EXPECT_EQ(choice(1).at("delta"), (Json{{"content", "one "}}));
  EXPECT_EQ(choice(2).at("delta"), (Json{{"content", "two"}}));
  EXPECT_EQ(choice(2).at("finish_reason"), nullptr);
  EXPECT_EQ(choice(3).at("delta"), Json::object());
  EXPECT_EQ(choice(3).at("finish_reason"), "stop");
  EXPECT_EQ(events.at(3).at("cogos").at("request_id"), "req-1");
  EXPECT_EQ(exchange->facts.prompt_tokens, 3U);
  EXPECT_EQ(exchange->facts.completion_tokens, 2U);
  EXPECT_FALSE(exchange->error);
}

TEST_F(ChatStreamTest, GivesCallsInPiecesEachWithItsPlace) {
  engine.words.clear();
  engine.calls = {{0, "", "weather", "{"}, {0, "", "", "}"}, {1, "call_b", "clock", ""}};
  engine.answer->finish_reason = "tool_calls";
  const auto events = events_of(read(R"(,"response_format":{"type":"json_object"})"));
  ASSERT_EQ(events.size(), 5U);
  const auto delta = [&](std::size_t i) { return events.at(i).at("choices").at(0).at("delta"); };
  EXPECT_EQ(delta(0), (Json{{"role", "assistant"}, {"content", nullptr}}));
  EXPECT_EQ(delta(1), Json::parse(R"({"tool_calls":[{"index":0,"id":"call_1_0","type":"function",)"
                                  R"("function":{"name":"weather","arguments":"{"}}]})"));
  EXPECT_EQ(delta(2), Json::parse(R"({"tool_calls":[{"index":0,"function":{"arguments":"}"}}]})"));
  EXPECT_EQ(delta(3), Json::parse(R"({"tool_calls":[{"index":1,"id":"call_b","type":"function",)"
                                  R"("function":{"name":"clock","arguments":""}}]})"));
  EXPECT_EQ(events.at(4).at("choices").at(0).at("finish_reason"), "tool_calls");
  EXPECT_FALSE(exchange->error) << "calls are not held to the schema";
  EXPECT_FALSE(exchange->facts.schema_enforced);
}

TEST_F(ChatStreamTest, GivesTheUsageWhereItIsAskedFor) {
  const auto events = events_of(read(R"(,"stream_options":{"include_usage":true})"));
  ASSERT_EQ(events.size(), 5U);
  EXPECT_EQ(events.at(0).at("usage"), nullptr);
  EXPECT_EQ(events.at(4).at("choices"), Json::array());
  EXPECT_EQ(events.at(4).at("usage"),
            (Json{{"prompt_tokens", 3}, {"completion_tokens", 2}, {"total_tokens", 5}}));
}

TEST_F(ChatStreamTest, PassesTheFirstWordsOnBeforeTheRestIsThere) {
  response = ask().value();
  std::string piece;
  EXPECT_TRUE(test::run_task(response.stream->next(piece)));
  EXPECT_NE(piece.find("one "), std::string::npos);
  EXPECT_EQ(piece.find("two"), std::string::npos);
}

TEST_F(ChatStreamTest, EndsWithItsReceiptAndThenDone) {
  read();
  EXPECT_EQ(response.stream->tail()(receipts()),
            ": cogos-receipt {\"attestation\":\"token\",\"finish\":\"stop\",\"frames\":4,"
            "\"signature\":\"aa\"}\n\ndata: [DONE]\n\n");
}

TEST_F(ChatStreamTest, GivesTheReceiptAsAChunkWhereThatIsAskedFor) {
  read(R"(,"stream_options":{"include_receipt":true})");
  const std::string tail = response.stream->tail()(receipts());
  EXPECT_TRUE(tail.ends_with("\n\ndata: [DONE]\n\n"));
  EXPECT_EQ(tail.find(": cogos-receipt"), std::string::npos);
  const auto chunk = events_of(tail.substr(0, tail.find("data: [DONE]"))).at(0);
  EXPECT_EQ(chunk.at("choices"), Json::array());
  EXPECT_EQ(chunk.at("cogos").at("receipt"),
            (Json{{"attestation", "token"}, {"finish", "stop"}, {"frames", 4}, {"signature", "aa"}}));
}

TEST_F(ChatStreamTest, AnUpstreamThatBreaksEndsWithAnErrorAndWithoutDone) {
  engine.breaks = Error(ErrorCode::upstream_error, "it broke", "detail");
  const std::string body = read();
  EXPECT_NE(
      body.find("event: error\ndata: {\"error\":{\"message\":\"it broke\",\"type\":\"upstream_error\"}}\n\n"),
      std::string::npos)
      << body;
  ASSERT_TRUE(exchange->error);
  EXPECT_EQ(exchange->error->code(), ErrorCode::upstream_error);
  const std::string tail = response.stream->tail()(receipts());
  EXPECT_EQ(tail.find("[DONE]"), std::string::npos);
  EXPECT_NE(tail.find("\"finish\":\"upstream_error\",\"frames\":4"), std::string::npos) << tail;
}

TEST_F(ChatStreamTest, AnErrorBeforeTheFirstWordsIsAnAnswerWithAStatus) {
  engine.words.clear();
  engine.breaks = Error(ErrorCode::upstream_timeout, "late");
  const auto late = ask();
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().code(), ErrorCode::upstream_timeout);
  engine.answer = Error(ErrorCode::upstream_error, "no");
  EXPECT_EQ(ask().error().code(), ErrorCode::upstream_error);
}

TEST_F(ChatStreamTest, AnAnswerWithoutWordsIsWhole) {
  engine.words.clear();
  const auto events = events_of(read());
  ASSERT_EQ(events.size(), 2U);
  EXPECT_EQ(events.at(1).at("choices").at(0).at("finish_reason"), "stop");
}

TEST_F(ChatStreamTest, WithoutItsRowThereIsNoReceiptAndNoDone) {
  read();
  exchange->error = Error(ErrorCode::audit_unavailable, "no row");
  const std::string tail = response.stream->tail()({});
  EXPECT_TRUE(tail.starts_with("event: error\n")) << tail;
  EXPECT_NE(tail.find("audit_unavailable"), std::string::npos);
  EXPECT_EQ(tail.find("[DONE]"), std::string::npos);
}

constexpr const char* kSchema =
    R"(,"response_format":{"type":"json_schema","json_schema":{"schema":{"type":"object","required":["n"]}}})";

TEST_F(ChatStreamTest, ChecksTheWholeTextAgainstTheSchema) {
  engine.words = {R"({"n")", ":1}"};
  auto events = events_of(read(kSchema));
  EXPECT_EQ(events.back().at("cogos").at("schema_enforced"), true);
  EXPECT_TRUE(exchange->facts.schema_enforced);
  engine.words = {R"({"m")", ":1}"};
  events = events_of(read(kSchema));
  EXPECT_EQ(events.back().at("error").at("type"), "upstream_schema_violation");
  EXPECT_FALSE(exchange->facts.schema_enforced);
}

TEST_F(ChatStreamTest, AClientThatLeavesStopsTheEngineAndLeavesWhatWasProduced) {
  response = ask().value();
  std::string piece;
  EXPECT_TRUE(test::run_task(response.stream->next(piece)));
  EXPECT_FALSE(engine.dropped);
  test::run_task(response.stream->abandon());
  EXPECT_TRUE(engine.dropped);
  EXPECT_EQ(exchange->facts.completion_tokens, 1U);
}

TEST_F(ChatStreamTest, KeepsWhatWasSentForAKeyThatHasItSealed) {
  response = ask({}, keys::AuditContent::full).value();
  const std::string body = read(*response.stream);
  EXPECT_EQ(exchange->response.body, body);
  response = ask().value();
  read(*response.stream);
  EXPECT_TRUE(exchange->response.body.empty());
}

TEST_F(ChatStreamTest, BreaksOffWhereThereIsNoMemoryForItsCopy) {
  engine.words.assign(40, std::string(4096, 'x'));
  const std::string body = read(kSchema);
  EXPECT_NE(body.find("\"type\":\"overloaded\""), std::string::npos);
  EXPECT_LT(body.size(), 40U * 4096U);
  const std::string unbounded = read();
  EXPECT_EQ(unbounded.find("\"type\":\"overloaded\""), std::string::npos)
      << "without a copy there is no bound";
}

}  // namespace
}  // namespace cogos::api
