#include "engine/builtin_engine.hpp"

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include "engine/builtin_extract.hpp"
#include "engine/token_estimate.hpp"

namespace cogos::engine {
namespace {

InferenceRequest request_of(std::vector<Message> messages) {
  InferenceRequest request;
  request.messages = std::move(messages);
  return request;
}

std::string answer(std::vector<Message> messages) {
  return builtin::quote_answer(messages);
}

bool valid_utf8(std::string_view text) {
  return base::parse_json("\"" + std::string(text) + "\"").has_value();
}

http::Task<void> run_into(BuiltinEngine& engine, const InferenceRequest& request,
                          http::Cancellation& cancellation, std::optional<Result<InferenceReply>>& out) {
  Result<InferenceReply> reply = co_await engine.complete(request, cancellation);
  out = std::move(reply);
}

Result<InferenceReply> complete(const InferenceRequest& request, bool cancelled = false) {
  BuiltinEngine engine;
  http::Cancellation cancellation;
  if (cancelled) cancellation.request();
  std::optional<Result<InferenceReply>> out;
  boost::asio::io_context io;
  http::Executor strand = boost::asio::make_strand(io);
  boost::asio::co_spawn(strand, run_into(engine, request, cancellation, out), boost::asio::detached);
  io.run();
  return std::move(*out);
}

TEST(BuiltinEngine, AnswersWithCanonicalJsonUnderASchema) {
  auto request =
      request_of({{"user", "Acme Corp reported revenue of $4.2 billion for fiscal year 2024, up 12%."}});
  request.schema = base::parse_json(R"({"type":"object","properties":{"company":{"type":"string"},
    "fiscal_year":{"type":"integer"},"revenue":{"type":"number"}},"required":["company","fiscal_year","revenue"],
    "additionalProperties":false})")
                       .value();
  const auto reply = complete(request);
  ASSERT_TRUE(reply) << reply.error().message();
  EXPECT_EQ(reply->text, R"({"company":"Acme Corp","fiscal_year":2024,"revenue":4200000000})");
  EXPECT_EQ(reply->finish_reason, "stop");
  EXPECT_EQ(reply->completion_tokens, estimate_tokens(reply->text));
  EXPECT_EQ(reply->prompt_tokens, estimate_tokens(request.messages[0].content));
}

TEST(BuiltinEngine, NeverCutsJson) {
  auto request = request_of({{"user", "Name: Ann Lee"}});
  request.schema =
      base::parse_json(R"({"type":"object","properties":{"name":{"type":"string"}},"required":["name"]})")
          .value();
  request.max_tokens = 1;
  request.stop = {"Ann"};
  const auto reply = complete(request);
  ASSERT_TRUE(reply);
  EXPECT_EQ(reply->text, R"({"name":"Ann Lee"})");
}

TEST(BuiltinEngine, SaysWhichPropertyTheTextLacks) {
  auto request = request_of({{"user", "Name: Ann Lee"}});
  request.schema =
      base::parse_json(R"({"type":"object","properties":{"iban":{"type":"string"}},"required":["iban"]})")
          .value();
  const auto reply = complete(request);
  ASSERT_FALSE(reply);
  EXPECT_EQ(reply.error().code(), ErrorCode::schema_unsatisfiable);
  EXPECT_EQ(reply.error().param(), "iban");
}

TEST(BuiltinEngine, RefusesABrokenSchema) {
  auto request = request_of({{"user", "x"}});
  request.schema = Json{{"type", "strange"}};
  EXPECT_EQ(complete(request).error().code(), ErrorCode::invalid_request);
}

TEST(BuiltinEngine, StopsForAClientThatLeft) {
  EXPECT_EQ(complete(request_of({{"user", "x"}}), true).error().code(), ErrorCode::client_closed);
}

TEST(BuiltinEngine, QuotesTheSentencesThatBearOnTheQuestion) {
  EXPECT_EQ(answer({{"user",
                     "The museum opens at nine. Tickets cost twelve euros. Dogs are not allowed.\nHow much "
                     "do tickets cost?"}}),
            "Tickets cost twelve euros.");
  EXPECT_EQ(answer({{"system", "Our return window is 30 days. Shipping is free."},
                    {"user", "How long is the return window?"}}),
            "Our return window is 30 days.");
  EXPECT_EQ(answer({{"user", "Who wrote the report?"},
                    {"assistant", "Ann wrote the report."},
                    {"user", "When did Ann write it?"}}),
            "Ann wrote the report.");
}

TEST(BuiltinEngine, AdmitsThatThereIsNothingToQuote) {
  const std::string only = answer({{"user", "What is the capital of France?"}});
  EXPECT_NE(only.find("extractive"), std::string::npos);
  EXPECT_EQ(only, answer({}));
  EXPECT_EQ(only, answer({{"user", ""}}));
  EXPECT_EQ(only, answer({{"user", "Bread is baked daily. What does a violin weigh?"}}));
}

TEST(BuiltinEngine, HonoursStopAndMaxTokensInFreeText) {
  auto request = request_of(
      {{"user", "The red boat sails on Monday, weather permitting. When does the red boat sail?"}});
  request.stop = {", weather"};
  auto reply = BuiltinEngine::answer(request).value();
  EXPECT_EQ(reply.text, "The red boat sails on Monday");
  EXPECT_EQ(reply.finish_reason, "stop");
  request.max_tokens = 3;
  reply = BuiltinEngine::answer(request).value();
  EXPECT_EQ(reply.finish_reason, "length");
  EXPECT_LE(reply.completion_tokens, 3U);
  EXPECT_TRUE(std::string_view("The red boat sails on Monday").starts_with(reply.text));
}

TEST(BuiltinEngine, NeverCutsACodePoint) {
  auto request = request_of({{"user",
                              "Zürich Straße \xE6\x97\xA5\xE6\x9C\xAC\xE8\xAA\x9E "
                              "\xF0\x9F\x8D\x95\xF0\x9F\x8D\x95 pizza. Where is pizza?"}});
  for (std::uint32_t limit = 0; limit < 40; ++limit) {
    request.max_tokens = limit;
    EXPECT_TRUE(valid_utf8(BuiltinEngine::answer(request).value().text)) << limit;
  }
}

TEST(TokenEstimate, CountsWordsDigitsAndMarks) {
  EXPECT_EQ(estimate_tokens(""), 0U);
  EXPECT_EQ(estimate_tokens(" \n\t"), 0U);
  EXPECT_EQ(estimate_tokens("Hello, world!"), 4U);
  EXPECT_EQ(estimate_tokens("internationalization"), 4U);
  EXPECT_EQ(estimate_tokens("12345"), 2U);
  EXPECT_EQ(estimate_tokens("\xE6\x97\xA5\xE6\x9C\xAC"), 2U);
}

/// 1 MiB of sentences, and a schema of 200 properties of all kinds.
TEST(BuiltinEngine, FinishesOnALargeInput) {
  std::string text;
  for (int i = 0; text.size() < (1U << 20U); ++i) {
    text += "Field" + std::to_string(i % 300) + " of Company" + std::to_string(i) + " Ltd is " +
            std::to_string(i) + ", and the price was $" + std::to_string(i % 1000) + ".50 on 2024-05-1" +
            std::to_string(i % 10) + ", a@b" + std::to_string(i) + ".example.\n";
  }
  Json schema = {{"type", "object"}, {"properties", Json::object()}};
  const std::vector<Json> kinds = {{{"type", "string"}},
                                   {{"type", "number"}},
                                   {{"type", "boolean"}},
                                   {{"type", "string"}, {"format", "date"}},
                                   {{"type", "string"}, {"enum", {"Ltd", "price", "other"}}},
                                   {{"type", "array"}, {"items", {{"type", "string"}}}}};
  for (std::size_t i = 0; i < 200; ++i) {
    const char* stem = i % 3 == 0 ? "field" : i % 3 == 1 ? "price_" : "company_";
    schema["properties"][stem + std::to_string(i)] = kinds[i % kinds.size()];
  }
  schema["properties"]["rows"] = {
      {"type", "array"},
      {"items", {{"type", "object"}, {"properties", {{"company", kinds[0]}, {"price", kinds[1]}}}}}};
  auto request = request_of({{"user", text}});
  request.schema = schema;
  EXPECT_TRUE(BuiltinEngine::answer(request));
  request.schema.reset();
  EXPECT_TRUE(BuiltinEngine::answer(request));
}

TEST(BuiltinEngine, FinishesOnHostileText) {
  const Json schema =
      base::parse_json(R"({"type":"object","properties":{"a":{"type":"string"},"n":{"type":"number"},
    "tags":{"type":"array","items":{"type":"string"}},"rows":{"type":"array","items":{"type":"object",
    "properties":{"a":{"type":"string"},"n":{"type":"number"}}}}}})")
          .value();
  for (const std::string piece : {"a",        "a:",
                                  "a ",       "A ",
                                  "\"",       "1,",
                                  "1.",       "-",
                                  "|",        "| ",
                                  "@",        "a@",
                                  "://",      "\n",
                                  "- \n",     "a, ",
                                  "(1) ",     "+1 ",
                                  "tags: ",   "n 1 ",
                                  "\xC3\xA9", "\xF0\x9F\x8D\x95",
                                  "https://", "a: 1\n",
                                  "9"}) {
    std::string text;
    while (text.size() < (1U << 16U)) text += piece;
    auto request = request_of({{"user", text}});
    request.schema = schema;
    const auto reply = BuiltinEngine::answer(request);
    EXPECT_TRUE(!reply || base::parse_json(reply->text)) << piece;
    request.schema.reset();
    EXPECT_TRUE(BuiltinEngine::answer(request)) << piece;
  }
}

}  // namespace
}  // namespace cogos::engine
