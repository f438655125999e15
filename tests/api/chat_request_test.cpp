#include "api/chat_request.hpp"

#include <gtest/gtest.h>

namespace cogos::api {
namespace {

Result<engine::InferenceRequest> read(const std::string& json) {
  return read_chat_request(base::parse_json(json).value());
}

TEST(ChatRequest, ReadsAllThatItPassesOn) {
  const auto request = read(R"({"model":"cogos-tier-a","messages":[{"role":"system","content":"s"},
    {"role":"user","content":[{"type":"text","text":"a"},{"type":"text","text":"b"}]}],
    "temperature":0.5,"top_p":1,"seed":-7,"max_tokens":9,"max_completion_tokens":5,"stop":["x","y"],"n":1,
    "stream":false,"tools":[],"user":"u","unknown":{"x":1},
    "response_format":{"type":"json_schema","json_schema":{"name":"n","strict":true,"schema":{"type":"object"}}}})");
  ASSERT_TRUE(request) << request.error().message();
  EXPECT_EQ(request->model, "cogos-tier-a");
  ASSERT_EQ(request->messages.size(), 2U);
  EXPECT_EQ(request->messages.at(1).content, "ab");
  EXPECT_EQ(request->temperature, 0.5);
  EXPECT_EQ(request->top_p, 1.0);
  EXPECT_EQ(request->seed, -7);
  EXPECT_EQ(request->max_tokens, 5U) << "the newer name wins";
  EXPECT_EQ(request->stop.size(), 2U);
  EXPECT_EQ(request->schema_name, "n");
  ASSERT_TRUE(request->schema);
}

TEST(ChatRequest, NullMembersCountAsAbsent) {
  const auto request = read(R"({"model":null,"messages":[{"role":"user","content":"x"}],"temperature":null,
    "stop":null,"n":null,"stream":null,"tools":null,"response_format":null,"max_tokens":null,"seed":null})");
  ASSERT_TRUE(request);
  EXPECT_TRUE(request->model.empty());
  EXPECT_FALSE(request->schema);
}

struct Bad {
  const char* members;
  const char* param;
};

TEST(ChatRequest, EachWrongMemberIsNamedInParam) {
  for (const Bad& bad : {
           Bad{R"("model":7)", "model"},
           {R"("n":2)", "n"},
           {R"("n":"1")", "n"},
           {R"("tools":[{}])", "tools[0].type"},
           {R"("response_format":{"type":"json_schema","json_schema":{"schema":{},"strict":1}})",
            "response_format.json_schema.strict"},
           {R"("functions":{})", "functions"},
           {R"("temperature":2.1)", "temperature"},
           {R"("temperature":"hot")", "temperature"},
           {R"("top_p":-0.1)", "top_p"},
           {R"("seed":1.5)", "seed"},
           {R"("seed":18446744073709551615)", "seed"},
           {R"("max_tokens":0)", "max_tokens"},
           {R"("max_completion_tokens":-1)", "max_completion_tokens"},
           {R"("stop":[1])", "stop"},
           {R"("stop":["a","b","c","d","e"])", "stop"},
           {R"("response_format":"json")", "response_format"},
           {R"("response_format":{"type":"xml"})", "response_format"},
           {R"("response_format":{"type":"json_schema"})", "response_format.json_schema"},
           {R"("response_format":{"type":"json_schema","json_schema":{}})",
            "response_format.json_schema.schema"},
           {R"("response_format":{"type":"json_schema","json_schema":{"schema":{},"name":1}})",
            "response_format.json_schema.name"},
           {R"("response_format":{"type":"json_schema","json_schema":{"schema":{},"name":""}})",
            "response_format.json_schema.name"},
           {R"("response_format":{"type":"json_schema","json_schema":{"schema":{},"name":"a b"}})",
            "response_format.json_schema.name"},
           {R"("response_format":{"type":"json_schema","json_schema":{"schema":{},"name":"N234567890)"
            R"(1234567890123456789012345678901234567890123456789012345"}})",
            "response_format.json_schema.name"},
       }) {
    const auto request =
        read("{\"messages\":[{\"role\":\"user\",\"content\":\"x\"}]," + std::string(bad.members) + "}");
    ASSERT_FALSE(request) << bad.members;
    EXPECT_EQ(request.error().param(), bad.param) << bad.members;
    EXPECT_EQ(request.error().code(), ErrorCode::invalid_request);
  }
}

TEST(ChatRequest, EachWrongMessageIsNamedByItsPlace) {
  for (const Bad& bad :
       {Bad{"", "messages"},
        {R"("messages":[])", "messages"},
        {R"("messages":{})", "messages"},
        {R"("messages":["hi"])", "messages[0]"},
        {R"("messages":[{"content":"x"}])", "messages[0].role"},
        {R"("messages":[{"role":"robot","content":"x"}])", "messages[0].role"},
        {R"("messages":[{"role":"user"}])", "messages[0].content"},
        {R"("messages":[{"role":"user","content":7}])", "messages[0].content"},
        {R"("messages":[{"role":"user","content":[{"type":"image_url"}]}])", "messages[0].content[0]"}}) {
    const auto request = read("{" + std::string(bad.members) + "}");
    ASSERT_FALSE(request) << bad.members;
    EXPECT_EQ(request.error().param(), bad.param) << bad.members;
  }
}

TEST(PromptFingerprint, CoversRolesAndContentsInOrder) {
  // printf 'system|s\nuser|hi' | sha256sum
  EXPECT_EQ(prompt_fingerprint({{"system", "s"}, {"user", "hi"}}),
            "sha256:0f372aff31229cc074de325a40da5db39387a1791f4116cb104e44cb9a62490a");
  EXPECT_NE(prompt_fingerprint({{"user", "hi"}, {"system", "s"}}),
            prompt_fingerprint({{"system", "s"}, {"user", "hi"}}));
}

Result<std::optional<StreamOptions>> stream_options(const std::string& json) {
  return read_stream_options(base::parse_json(json).value());
}

TEST(StreamOptions, AreThereOnlyWhereAStreamIsAskedFor) {
  for (const char* none : {"{}", R"({"stream":false})", R"({"stream":null,"stream_options":null})"}) {
    EXPECT_FALSE(stream_options(none).value()) << none;
  }
  const auto plain = stream_options(R"({"stream":true})").value();
  ASSERT_TRUE(plain);
  EXPECT_FALSE(plain->include_usage || plain->include_receipt);
  const auto all = stream_options(
      R"({"stream":true,"stream_options":{"include_usage":true,"include_receipt":true,"x":1}})");
  EXPECT_TRUE(all.value()->include_usage && all.value()->include_receipt);
}

TEST(StreamOptions, NameWhatIsWrong) {
  const std::vector<std::pair<const char*, const char*>> cases{
      {R"({"stream":"yes"})", "stream"},
      {R"({"stream":1})", "stream"},
      {R"({"stream":true,"stream_options":[]})", "stream_options"},
      {R"({"stream_options":{"include_usage":true}})", "stream_options"},
      {R"({"stream":true,"stream_options":{"include_usage":1}})", "stream_options.include_usage"},
      {R"({"stream":true,"stream_options":{"include_receipt":"x"}})", "stream_options.include_receipt"}};
  for (const auto& [body, param] : cases) {
    const auto options = stream_options(body);
    ASSERT_FALSE(options) << body;
    EXPECT_EQ(options.error().param(), param) << body;
  }
}

}  // namespace
}  // namespace cogos::api
