#include <gtest/gtest.h>

#include "api/chat_completions.hpp"
#include "api/inference_fixture.hpp"
#include "support/run_task.hpp"

namespace cogos::api {
namespace {

/// Grants and covers what it is told to.
class ScriptedHold final : public http::QuotaHold {
 public:
  struct Script {
    Result<std::optional<std::uint32_t>> granted = std::optional<std::uint32_t>();
    std::uint64_t covers = UINT64_MAX;
    std::uint64_t asked_prompt = 0;
    std::optional<std::uint32_t> asked_max;
  };

  explicit ScriptedHold(Script& script) : script_(script) {}
  Result<std::optional<std::uint32_t>> take_tokens(std::uint64_t prompt,
                                                   std::optional<std::uint32_t> max_tokens) override {
    script_.asked_prompt = prompt;
    script_.asked_max = max_tokens;
    return script_.granted;
  }
  bool cover(std::uint64_t tokens) override { return tokens <= script_.covers; }
  void settle(TimePoint, std::uint64_t) override {}
  void release() noexcept override {}
  [[nodiscard]] http::QuotaStandings standing(bool, std::uint64_t) const override { return {}; }

 private:
  Script& script_;
};

class BoundTokensTest : public InferenceTest {
 protected:
  BoundTokensTest() {
    chat.add_routes(router);
    key = mint_key();
  }

  void set_limits(std::uint64_t ceiling, std::uint64_t tokens) {
    auto packages = keyring.snapshot()->packages();
    packages.front().max_prompt_tokens_per_call = ceiling;
    packages.front().daily_token_cap = tokens;
    keyring.put_packages(packages);
  }
  Result<http::Response> ask(const std::string& text, const std::string& more = "") {
    http::Exchange exchange;
    exchange.id = "req-1";
    exchange.principal = key;
    exchange.quota = std::make_unique<ScriptedHold>(script);
    exchange.request.method = "POST";
    exchange.request.target = "/v1/chat/completions";
    exchange.request.body = R"({"messages":[{"role":"user","content":")" + text + "\"}]" + more + "}";
    const auto match = router.find("POST", exchange.request.path());
    EXPECT_TRUE(match.route->metered);
    return test::run_task(match.route->handler(exchange));
  }

  std::shared_ptr<http::Budget> memory = std::make_shared<http::Budget>(64 * 1024);
  ChatCompletionsApi chat{engine, catalog, keyring, *memory, clock};
  std::shared_ptr<const keys::KeyRecord> key;
  ScriptedHold::Script script;
};

TEST_F(BoundTokensTest, APromptAboveTheCeilingIsRefusedWithTheEstimateBeforeTheEngine) {
  // 16 around all, 8 and the role's 4 around the message, and one before the text.
  set_limits(129, 0);
  EXPECT_TRUE(ask(std::string(100, 'x')));
  engine.last = {};
  const auto refused = ask(std::string(101, 'x'));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code(), ErrorCode::prompt_too_large);
  EXPECT_EQ(refused.error().facts(),
            (std::vector<Error::Fact>{{"estimated_prompt_tokens", std::uint64_t{130}},
                                      {"max_prompt_tokens_per_call", std::uint64_t{129}}}));
  EXPECT_TRUE(engine.last.messages.empty());
  set_limits(0, 0);
  EXPECT_TRUE(ask(std::string(101, 'x')));
}

TEST_F(BoundTokensTest, WhatTheDayHasLeftGoesToTheEngineAsItsLimit) {
  set_limits(0, 500);
  script.granted = std::optional<std::uint32_t>(17);
  EXPECT_TRUE(ask("x", R"(,"max_tokens":40)"));
  EXPECT_EQ(script.asked_prompt, 30U);
  EXPECT_EQ(script.asked_max, 40U);
  EXPECT_EQ(engine.last.max_tokens, 17U);
  script.granted = Error(ErrorCode::daily_quota_exceeded, "none left");
  engine.last = {};
  EXPECT_EQ(ask("x").error().code(), ErrorCode::daily_quota_exceeded);
  EXPECT_TRUE(engine.last.messages.empty());
}

TEST_F(BoundTokensTest, AnAnswerThatTheDayDoesNotCoverIsWithheld) {
  set_limits(0, 500);
  engine.answer = engine::InferenceReply{"hi", "stop", 3, 8};
  script.covers = 11;
  EXPECT_TRUE(ask("x"));
  script.covers = 10;
  EXPECT_EQ(ask("x").error().code(), ErrorCode::daily_quota_exceeded);
}

}  // namespace
}  // namespace cogos::api
