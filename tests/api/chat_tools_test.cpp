#include "api/chat_tools.hpp"

#include <gtest/gtest.h>

#include "api/chat_request.hpp"

namespace cogos::api {
namespace {

using Mode = engine::ToolChoice::Mode;

Result<engine::InferenceRequest> read_with(
    const std::string& members, const std::string& messages = R"([{"role":"user","content":"x"}])") {
  return read_chat_request(base::parse_json(R"({"messages":)" + messages + members + "}").value());
}

const std::string kTools = R"(,"tools":[{"type":"function","function":{"name":"weather","description":"d",)"
                           R"("parameters":{"type":"object"},"strict":false}},)"
                           R"({"type":"function","function":{"name":"clock"}}])";

TEST(ChatTools, AreReadWithTheirChoice) {
  const auto request = read_with(kTools + R"(,"tool_choice":{"type":"function","function":{"name":"clock"}},)"
                                          R"("parallel_tool_calls":false)");
  ASSERT_TRUE(request) << request.error().message();
  ASSERT_EQ(request->tools.size(), 2U);
  EXPECT_EQ(request->tools[0].name, "weather");
  EXPECT_EQ(request->tools[0].description, "d");
  EXPECT_EQ(request->tools[0].parameters, Json::parse(R"({"type":"object"})"));
  EXPECT_EQ(request->tools[0].strict, false);
  EXPECT_FALSE(request->tools[1].parameters || request->tools[1].strict);
  EXPECT_EQ(request->tool_choice.mode, Mode::function);
  EXPECT_EQ(request->tool_choice.function, "clock");
  EXPECT_EQ(request->parallel_tool_calls, false);
}

TEST(ChatTools, AChoiceIsOneOfThreeWordsOrAFunction) {
  EXPECT_EQ(read_with(kTools)->tool_choice.mode, Mode::unsaid);
  EXPECT_EQ(read_with(kTools + R"(,"tool_choice":null)")->tool_choice.mode, Mode::unsaid);
  EXPECT_EQ(read_with(kTools + R"(,"tool_choice":"none")")->tool_choice.mode, Mode::none);
  EXPECT_EQ(read_with(kTools + R"(,"tool_choice":"auto")")->tool_choice.mode, Mode::automatic);
  EXPECT_EQ(read_with(kTools + R"(,"tool_choice":"required")")->tool_choice.mode, Mode::required);
  for (const char* choice : {R"("none")", R"("auto")"}) {
    EXPECT_EQ(read_with(R"(,"tools":[],"tool_choice":)" + std::string(choice))->tool_choice.mode,
              Mode::unsaid);
  }
}

struct BadMember {
  std::string members;
  std::string param;
};

std::string tool(const std::string& function) {
  return R"(,"tools":[{"type":"function","function":)" + function + "}]";
}

TEST(ChatTools, EachWrongMemberIsNamedByItsPlace) {
  std::string many = R"(,"tools":[)";
  for (std::size_t i = 0; i <= engine::kMaxTools; ++i) {
    many += std::string(i == 0 ? "" : ",") + R"({"type":"function","function":{"name":"f)" +
            std::to_string(i) + R"("}})";
  }
  for (
      const BadMember& bad : std::vector<BadMember>{
          {R"(,"tools":{})", "tools"},
          {many + "]", "tools"},
          {R"(,"tools":[1])", "tools[0]"},
          {R"(,"tools":[{}])", "tools[0].type"},
          {R"(,"tools":[{"type":"custom"}])", "tools[0].type"},
          {R"(,"tools":[{"type":"function"}])", "tools[0].function"},
          {tool("{}"), "tools[0].function.name"},
          {tool(R"({"name":1})"), "tools[0].function.name"},
          {tool(R"({"name":"a b"})"), "tools[0].function.name"},
          {tool(R"({"name":")" + std::string(65, 'x') + R"("})"), "tools[0].function.name"},
          {tool(R"({"name":"f","description":1})"), "tools[0].function.description"},
          {tool(R"({"name":"f","parameters":"x"})"), "tools[0].function.parameters"},
          {tool(R"({"name":"f","strict":1})"), "tools[0].function.strict"},
          {R"(,"tools":[{"type":"function","function":{"name":"f"}},{"type":"function","function":{"name":"f"}}])",
           "tools[1].function.name"},
          {kTools + R"(,"tool_choice":"any")", "tool_choice"},
          {kTools + R"(,"tool_choice":1)", "tool_choice"},
          {kTools + R"(,"tool_choice":{"type":"function"})", "tool_choice.function.name"},
          {kTools + R"(,"tool_choice":{"type":"function","function":{"name":"other"}})",
           "tool_choice.function.name"},
          {R"(,"tool_choice":"required")", "tool_choice"},
          {kTools + R"(,"parallel_tool_calls":"no")", "parallel_tool_calls"},
          {R"(,"functions":[{"name":"f"}])", "functions"},
          {R"(,"user":7)", "user"}}) {
    const auto request = read_with(bad.members);
    ASSERT_FALSE(request) << bad.members;
    EXPECT_EQ(request.error().param(), bad.param) << bad.members;
    EXPECT_EQ(request.error().code(), ErrorCode::invalid_request);
  }
}

std::string with_call(const std::string& call, const std::string& more = "") {
  return R"([{"role":"user","content":"x"},{"role":"assistant","content":null,"tool_calls":[)" + call + "]}" +
         more + "]";
}

const std::string kCall = R"({"id":"c1","type":"function","function":{"name":"f","arguments":"{}"}})";

TEST(ChatMessages, OfTheAssistantMayCallToolsAndThoseOfToolsAnswerThem) {
  const auto request =
      read_with("", with_call(kCall, R"(,{"role":"tool","tool_call_id":"c1","content":[)"
                                     R"({"type":"text","text":"18"},{"type":"text","text":" C"}]})"));
  ASSERT_TRUE(request) << request.error().message();
  ASSERT_EQ(request->messages.size(), 3U);
  EXPECT_EQ(request->messages[1].content, "");
  ASSERT_EQ(request->messages[1].tool_calls.size(), 1U);
  EXPECT_EQ(request->messages[1].tool_calls[0].id, "c1");
  EXPECT_EQ(request->messages[1].tool_calls[0].arguments, "{}");
  EXPECT_EQ(request->messages[2].role, "tool");
  EXPECT_EQ(request->messages[2].content, "18 C");
  EXPECT_EQ(request->messages[2].tool_name, "f");
  const auto said =
      read_with("", R"([{"role":"assistant","content":"Let me see.","tool_calls":[)" + kCall + "]}]");
  EXPECT_EQ(said->messages[0].content, "Let me see.");
}

TEST(ChatMessages, AnswerTheLastCallOfTheirIdThatCameBeforeThem) {
  const std::string call = R"({"role":"assistant","tool_calls":[{"id":"a","function":{"name":")";
  const std::string end = R"(","arguments":""}}]},)";
  const std::string result = R"({"role":"tool","tool_call_id":"a","content":""})";
  const auto request = read_chat_request(base::parse_json(R"({"messages":[)" + call + "f" + end + result +
                                                          "," + call + "g" + end + result + "]}")
                                             .value());
  ASSERT_TRUE(request) << request.error().message();
  EXPECT_EQ(request->messages[1].tool_name, "f");
  EXPECT_EQ(request->messages[3].tool_name, "g");
}

TEST(ChatMessages, WrongCallsAndResultsAreNamedByTheirPlace) {
  const auto call = [](const std::string& function) { return R"({"id":"c","function":)" + function + "}"; };
  for (const BadMember& bad : std::vector<BadMember>{
           {R"([{"role":"assistant","content":null}])", "messages[0].content"},
           {R"([{"role":"assistant","tool_calls":[]}])", "messages[0].content"},
           {R"([{"role":"assistant","tool_calls":{}}])", "messages[0].tool_calls"},
           {R"([{"role":"assistant","content":1,"tool_calls":[)" + kCall + "]}]", "messages[0].content"},
           {with_call("1"), "messages[1].tool_calls[0]"},
           {with_call(kCall + R"(,{"id":"d","type":"custom"})"), "messages[1].tool_calls[1].type"},
           {with_call("{}"), "messages[1].tool_calls[0].id"},
           {with_call(R"({"id":""})"), "messages[1].tool_calls[0].id"},
           {with_call(R"({"id":")" + std::string(engine::kMaxCallId + 1, 'x') + R"("})"),
            "messages[1].tool_calls[0].id"},
           {with_call(R"({"id":"c"})"), "messages[1].tool_calls[0].function"},
           {with_call(call("{}")), "messages[1].tool_calls[0].function.name"},
           {with_call(call(R"({"name":"a/b"})")), "messages[1].tool_calls[0].function.name"},
           {with_call(call(R"({"name":"f"})")), "messages[1].tool_calls[0].function.arguments"},
           {with_call(call(R"({"name":"f","arguments":{}})")),
            "messages[1].tool_calls[0].function.arguments"},
           {with_call(kCall, R"(,{"role":"tool","content":"x"})"), "messages[2].tool_call_id"},
           {with_call(kCall, R"(,{"role":"tool","content":"x","tool_call_id":1})"),
            "messages[2].tool_call_id"},
           {with_call(kCall, R"(,{"role":"tool","content":"x","tool_call_id":"c2"})"),
            "messages[2].tool_call_id"},
           {with_call(kCall, R"(,{"role":"tool","tool_call_id":"c1"})"), "messages[2].content"},
           {R"([{"role":"tool","content":"x","tool_call_id":"c1"}])", "messages[0].tool_call_id"}}) {
    const auto request = read_with("", bad.members);
    ASSERT_FALSE(request) << bad.members;
    EXPECT_EQ(request.error().param(), bad.param) << bad.members;
  }
}

TEST(ChatMessages, PartsThatAreNoTextAreRefusedByTheirKind) {
  for (const char* kind : {"image_url", "input_audio", "file"}) {
    const auto request = read_with("", R"([{"role":"user","content":[{"type":"text","text":"a"},{"type":")" +
                                           std::string(kind) + R"("}]}])");
    ASSERT_FALSE(request) << kind;
    EXPECT_EQ(request.error().param(), "messages[0].content[1]");
    EXPECT_NE(request.error().message().find(kind), std::string::npos) << request.error().message();
  }
}

TEST(PromptFingerprint, TakesAMessageWithoutContentAsEmptyAndLeavesCallsOut) {
  // printf 'user|x\nassistant|' | sha256sum
  EXPECT_EQ(prompt_fingerprint(read_with("", with_call(kCall))->messages),
            prompt_fingerprint({{"user", "x"}, {"assistant", ""}}));
}

}  // namespace
}  // namespace cogos::api
