// What models call: asked for, read back and bounded, in either dialect, whole and streamed.
#include <gtest/gtest.h>

#include "engine/builtin_engine.hpp"
#include "engine/ollama_engine.hpp"
#include "engine/openai_engine.hpp"
#include "engine/recorded_client.hpp"
#include "engine/token_bound.hpp"
#include "engine/token_estimate.hpp"

namespace cogos::engine {
namespace {

using namespace test;
using Mode = ToolChoice::Mode;

InferenceRequest with_tools() {
  InferenceRequest request = short_request();
  Tool weather;
  weather.name = "weather";
  weather.description = "Of a town.";
  weather.parameters = Json::parse(R"({"type":"object"})");
  weather.strict = true;
  request.tools = {weather, Tool{"clock", {}, {}, {}}};
  return request;
}

/// A question, the calls that came of it, and what the tools said.
InferenceRequest conversation(const std::string& arguments) {
  InferenceRequest request = with_tools();
  request.messages.push_back({"assistant", "", {{"call_1", "weather", arguments}}});
  request.messages.push_back({"tool", "18 C", {}, "call_1", "weather"});
  return request;
}

class ToolCallsTest : public testing::Test {
 protected:
  std::string openai_body(const InferenceRequest& request) {
    (void)run(openai_, request);
    return client_.requests.back().body;
  }
  std::string ollama_body(const InferenceRequest& request) {
    (void)run(ollama_, request);
    return client_.requests.back().body;
  }
  Result<InferenceReply> openai(const std::string& calls,
                                const std::string& rest = R"("finish_reason":"tool_calls")",
                                const InferenceRequest& request = with_tools()) {
    client_.play(200,
                 R"({"choices":[{"message":{"content":null,"tool_calls":)" + calls + "}," + rest + "}]}");
    return run(openai_, request);
  }
  Result<InferenceReply> ollama(const std::string& calls, const InferenceRequest& request = with_tools()) {
    client_.play(200,
                 R"({"done":true,"done_reason":"stop","message":{"content":"","tool_calls":)" + calls + "}}");
    return run(ollama_, request);
  }
  Streamed stream(InferenceEngine& engine, const std::vector<std::string>& pieces,
                  const InferenceRequest& request = with_tools()) {
    client_.play(200, "");
    client_.pieces = pieces;
    return run_stream(engine, request);
  }
  static void expect_refused(const Result<InferenceReply>& reply, const std::string& what) {
    ASSERT_FALSE(reply) << what;
    EXPECT_EQ(reply.error().code(), ErrorCode::upstream_error) << what;
  }

  RecordedClient client_;
  OpenAiEngine openai_{options_for("https://models.example/v1", kKey), client_};
  OllamaEngine ollama_{options_for("http://127.0.0.1:11434"), client_};
};

std::string event(const std::string& calls, const std::string& reason = "null") {
  return R"(data: {"choices":[{"delta":{"tool_calls":)" + calls + R"(},"finish_reason":)" + reason +
         "}]}\n\n";
}

TEST_F(ToolCallsTest, ToolsGoToOpenAiInItsShape) {
  InferenceRequest request = with_tools();
  request.parallel_tool_calls = false;
  request.tool_choice = {Mode::function, "clock"};
  EXPECT_EQ(
      openai_body(request),
      R"({"messages":[{"content":"Hello, world!","role":"user"}],"model":"m","parallel_tool_calls":false,)"
      R"("stream":false,"tool_choice":{"function":{"name":"clock"},"type":"function"},"tools":[{"function":)"
      R"({"description":"Of a town.","name":"weather","parameters":{"type":"object"},"strict":true},)"
      R"("type":"function"},{"function":{"name":"clock"},"type":"function"}]})");
  request.tool_choice = {Mode::required, {}};
  EXPECT_NE(openai_body(request).find(R"("tool_choice":"required")"), std::string::npos);
  request.tool_choice = {Mode::automatic, {}};
  EXPECT_NE(openai_body(request).find(R"("tool_choice":"auto")"), std::string::npos);
  request.tool_choice = {Mode::none, {}};
  EXPECT_EQ(openai_body(request).find("tool"), std::string::npos) << "nothing to call is offered";
}

TEST_F(ToolCallsTest, CallsAndResultsGoToOpenAiAsTheyCame) {
  EXPECT_NE(
      openai_body(conversation("{not JSON"))
          .find(R"({"content":null,"role":"assistant","tool_calls":[{"function":{"arguments":"{not JSON",)"
                R"("name":"weather"},"id":"call_1","type":"function"}]},)"
                R"({"content":"18 C","role":"tool","tool_call_id":"call_1"})"),
      std::string::npos)
      << client_.requests.back().body;
}

TEST_F(ToolCallsTest, ToOllamaArgumentsGoAsObjects) {
  const std::string body = ollama_body(conversation(R"({"town":"Ulm"})"));
  EXPECT_NE(
      body.find(R"({"content":"","role":"assistant","tool_calls":[{"function":{"arguments":{"town":"Ulm"},)"
                R"("name":"weather"},"id":"call_1"}]},)"
                R"({"content":"18 C","role":"tool","tool_call_id":"call_1","tool_name":"weather"})"),
      std::string::npos)
      << body;
  EXPECT_NE(body.find(R"("tools":[{"function":{"description":"Of a town.","name":"weather")"),
            std::string::npos);
}

TEST_F(ToolCallsTest, WhatAnEngineCannotDoIsRefusedByTheMembersName) {
  const auto param = [](const InferenceEngine& engine, const InferenceRequest& request) {
    const auto accepted = engine.accepts(request);
    if (accepted) return std::string("accepted");
    EXPECT_EQ(accepted.error().code(), ErrorCode::invalid_request);
    return accepted.error().param();
  };
  const BuiltinEngine builtin;
  EXPECT_EQ(param(builtin, short_request()), "accepted");
  EXPECT_EQ(param(builtin, with_tools()), "tools");
  InferenceRequest history = conversation("{}");
  history.tools.clear();
  EXPECT_EQ(param(builtin, history), "messages[1].tool_calls");
  history.messages[1].tool_calls.clear();
  EXPECT_EQ(param(builtin, history), "messages[2].role");

  EXPECT_EQ(param(ollama_, conversation("{}")), "accepted");
  EXPECT_EQ(param(ollama_, conversation("")), "accepted");
  for (const char* wrong : {"{", "[]", "1", R"({"a":1,"a":2})"}) {
    EXPECT_EQ(param(ollama_, conversation(wrong)), "messages[1].tool_calls[0].function.arguments") << wrong;
    EXPECT_EQ(param(openai_, conversation(wrong)), "accepted");
  }
  InferenceRequest request = with_tools();
  request.tool_choice = {Mode::required, {}};
  EXPECT_EQ(param(ollama_, request), "tool_choice");
  request.tool_choice = {Mode::function, "clock"};
  EXPECT_EQ(param(ollama_, request), "tool_choice");
  EXPECT_EQ(param(openai_, request), "accepted");
  request.tool_choice = {Mode::none, {}};
  request.parallel_tool_calls = true;
  EXPECT_EQ(param(ollama_, request), "accepted");
  request.parallel_tool_calls = false;
  EXPECT_EQ(param(ollama_, request), "parallel_tool_calls");
}

TEST_F(ToolCallsTest, CallsComeBackFromOpenAi) {
  const std::string calls =
      R"([{"id":"call_a","type":"function","function":{"name":"weather","arguments":"{\"town\":"}},)"
      R"({"id":"call_b","function":{"name":"clock","arguments":""}}])";
  for (const char* reason : {R"("tool_calls")", R"("stop")", "null"}) {
    const auto reply = openai(calls, std::string(R"("finish_reason":)") + reason);
    ASSERT_TRUE(reply) << reply.error().message();
    EXPECT_EQ(reply->finish_reason, "tool_calls") << reason;
    EXPECT_EQ(reply->text, "");
    ASSERT_EQ(reply->tool_calls.size(), 2U);
    EXPECT_EQ(reply->tool_calls[0].id, "call_a");
    EXPECT_EQ(reply->tool_calls[0].name, "weather");
    EXPECT_EQ(reply->tool_calls[0].arguments, R"({"town":)") << "the model's own words";
    EXPECT_EQ(reply->tool_calls[1].name, "clock");
    EXPECT_EQ(reply->completion_tokens, estimate_tokens(R"({"town":)") + 2 * estimate_tokens("clock") +
                                            estimate_tokens("weather") - estimate_tokens("clock"));
  }
  EXPECT_EQ(openai(calls, R"("finish_reason":"length")")->finish_reason, "length");
}

TEST_F(ToolCallsTest, CallsComeBackFromOllamaWithTheirArgumentsAsText) {
  const auto reply = ollama(R"([{"function":{"name":"weather","arguments":{"town":"Ulm","days":1.0}}},)"
                            R"({"id":"x","function":{"index":1,"name":"clock"}}])");
  ASSERT_TRUE(reply) << reply.error().message();
  EXPECT_EQ(reply->finish_reason, "tool_calls");
  ASSERT_EQ(reply->tool_calls.size(), 2U);
  EXPECT_EQ(reply->tool_calls[0].id, "");
  EXPECT_EQ(reply->tool_calls[0].arguments, R"({"days":1,"town":"Ulm"})");
  EXPECT_EQ(reply->tool_calls[1].id, "x");
  EXPECT_EQ(reply->tool_calls[1].arguments, "{}");
}

TEST_F(ToolCallsTest, CallsThatAreNoneAreTheUpstreamsError) {
  for (const char* calls :
       {"1", "{}", "[1]", "[null]", "[[]]", "[{}]", R"([{"function":1}])", R"([{"function":{}}])",
        R"([{"function":{"name":1}}])", R"([{"function":{"name":""}}])",
        R"([{"function":{"name":"Weather"}}])", R"([{"function":{"name":"weather","arguments":1}}])",
        R"([{"function":{"name":"weather","arguments":[]}}])", R"([{"id":1,"function":{"name":"weather"}}])",
        R"([{"id":"a b","function":{"name":"weather"}}])", R"([{"id":"ü","function":{"name":"weather"}}])"}) {
    expect_refused(openai(calls), calls);
    expect_refused(ollama(calls), calls);
  }
  expect_refused(openai(R"([{"function":{"name":"weather","arguments":{}}}])"), "an object for text");
  expect_refused(ollama(R"([{"function":{"name":"weather","arguments":"{}"}}])"), "text for an object");
  expect_refused(openai("[]"), "a reason without calls");
  expect_refused(openai("null"), "a reason without calls");
  const std::string call = R"([{"function":{"name":"weather"}}])";
  expect_refused(openai(call, R"("finish_reason":"stop")", short_request()), "nothing was offered");
  InferenceRequest unwanted = with_tools();
  unwanted.tool_choice = {Mode::none, {}};
  expect_refused(ollama(call, unwanted), "nothing was to be called");
}

TEST_F(ToolCallsTest, CallsAreBoundedInNumberAndSize) {
  const auto many = [](std::size_t count) {
    std::string calls = "[";
    for (std::size_t i = 0; i < count; ++i)
      calls += std::string(i == 0 ? "" : ",") + R"({"function":{"name":"clock"}})";
    return calls + "]";
  };
  EXPECT_EQ(openai(many(kMaxToolCalls))->tool_calls.size(), kMaxToolCalls);
  expect_refused(openai(many(kMaxToolCalls + 1)), "one call too many");
  const auto sized = [](std::size_t size) {
    return R"([{"function":{"name":"clock","arguments":")" + std::string(size, 'x') + R"("}}])";
  };
  EXPECT_TRUE(openai(sized(kMaxArguments)));
  expect_refused(openai(sized(kMaxArguments + 1)), "arguments one byte too long");
  const auto named = [](std::size_t size) {
    return R"([{"id":")" + std::string(size, 'x') + R"(","function":{"name":"clock"}}])";
  };
  EXPECT_TRUE(openai(named(kMaxCallId)));
  expect_refused(openai(named(kMaxCallId + 1)), "an id one byte too long");
}

TEST_F(ToolCallsTest, AStreamOfOpenAiGivesTheArgumentsInPieces) {
  const auto streamed = stream(
      openai_,
      {event(R"([{"index":0,"id":"call_a","type":"function","function":{"name":"weather","arguments":""}}])"),
       event(R"([{"index":0,"function":{"arguments":"{\"town\":"}}])"),
       event(R"([{"index":0,"id":"other","function":{"name":"other","arguments":"\"Ulm\"}"}}])"),
       event(R"([{"index":1,"id":"call_b","function":{"name":"clock","arguments":"{}"}}])"),
       event("null", R"("tool_calls")"), "data: [DONE]\n\n"});
  ASSERT_FALSE(streamed.failure) << streamed.failure->message();
  ASSERT_EQ(streamed.calls.size(), 4U);
  EXPECT_EQ(streamed.calls[0].id, "call_a");
  EXPECT_EQ(streamed.calls[0].name, "weather");
  EXPECT_EQ(streamed.calls[1].arguments + streamed.calls[2].arguments, R"({"town":"Ulm"})");
  EXPECT_EQ(streamed.calls[2].name, "") << "a call is named once";
  EXPECT_EQ(streamed.calls[3].index, 1U);
  EXPECT_EQ(streamed.reply.finish_reason, "tool_calls");
  EXPECT_GT(streamed.reply.completion_tokens, estimate_tokens(R"({"town":"Ulm"})"));
}

TEST_F(ToolCallsTest, AStreamOfOllamaGivesEachCallWhole) {
  const auto streamed = stream(
      ollama_,
      {R"({"message":{"content":"Let me see."},"done":false})"
       "\n",
       R"({"message":{"content":"","tool_calls":[{"function":{"name":"weather","arguments":{"town":"Ulm"}}}]}})"
       "\n",
       R"({"message":{"content":"","tool_calls":[{"function":{"name":"clock","arguments":{}}}]}})"
       "\n",
       R"({"message":{"content":""},"done":true,"done_reason":"stop"})"
       "\n"});
  ASSERT_FALSE(streamed.failure) << streamed.failure->message();
  ASSERT_EQ(streamed.calls.size(), 2U);
  EXPECT_EQ(streamed.calls[0].arguments, R"({"town":"Ulm"})");
  EXPECT_EQ(streamed.calls[1].index, 1U);
  EXPECT_EQ(streamed.reply.finish_reason, "tool_calls");
}

TEST_F(ToolCallsTest, AStreamWhoseCallsAreNoneBreaksOff) {
  const std::string first = event(R"([{"index":0,"id":"a","function":{"name":"clock","arguments":""}}])");
  const std::string end = event("null", R"("stop")") + "data: [DONE]\n\n";
  for (const std::string& body :
       {event("1") + end, event("[1]") + end, event(R"([{"function":{"name":"clock"}}])") + end,
        event(R"([{"index":1,"function":{"name":"clock"}}])") + end,
        event(R"([{"index":-1,"function":{"name":"clock"}}])") + end,
        event(R"([{"index":0,"function":{"name":"other"}}])") + end,
        event(R"([{"index":0,"function":{"arguments":"{}"}}])") + end,
        first + event(R"([{"index":0,"function":{"arguments":1}}])") + end,
        event("null", R"("tool_calls")") + "data: [DONE]\n\n", event("null", R"("tool_calls")")}) {
    const auto streamed = stream(openai_, {body});
    ASSERT_TRUE(streamed.failure) << body;
    EXPECT_EQ(streamed.failure->code(), ErrorCode::upstream_error);
  }
  ASSERT_FALSE(stream(openai_, {first + end}).failure);
  std::string many;
  for (std::size_t i = 0; i <= kMaxToolCalls; ++i) {
    many += event(R"([{"index":)" + std::to_string(i) + R"(,"function":{"name":"clock"}}])");
  }
  EXPECT_TRUE(stream(openai_, {many + end}).failure);
  const std::string half =
      event(R"([{"index":0,"function":{"arguments":")" + std::string(kMaxArguments / 2, 'x') + R"("}}])");
  EXPECT_FALSE(stream(openai_, {first + half + half + end}).failure);
  EXPECT_TRUE(
      stream(openai_, {first + half + half + event(R"([{"index":0,"function":{"arguments":"x"}}])") + end})
          .failure);
}

TEST_F(ToolCallsTest, ToolsAndCallsCountAsTokensOfThePrompt) {
  const std::uint64_t plain = prompt_token_bound(short_request());
  InferenceRequest offered = with_tools();
  const std::uint64_t tools = prompt_token_bound(offered);
  EXPECT_GE(tools - plain, 2 * base::canonical(upstream_tools(offered)).size());
  offered.tool_choice = {Mode::none, {}};
  EXPECT_EQ(prompt_token_bound(offered), plain) << "they are not sent";
  EXPECT_GE(prompt_token_bound(conversation(std::string(500, 'x'))) - tools, 1000U);
  EXPECT_GE(estimate_prompt(conversation(std::string(600, 'x'))) - estimate_prompt(with_tools()), 100U);
}

}  // namespace
}  // namespace cogos::engine
