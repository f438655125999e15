#include "api/embeddings.hpp"

#include <gtest/gtest.h>

#include "api/embedding_request.hpp"
#include "api/inference_fixture.hpp"
#include "support/run_task.hpp"

namespace cogos::api {
namespace {

Result<EmbeddingOrder> read_order(const std::string& members) {
  return read_embedding_order(base::parse_json("{" + members + "}").value());
}

TEST(EmbeddingOrder, TakesOneTextOrSeveral) {
  const auto one = read_order(R"("model":"m","input":"a")");
  ASSERT_TRUE(one) << one.error().message();
  EXPECT_EQ(one->request.inputs, std::vector<std::string>{"a"});
  EXPECT_FALSE(one->base64 || one->request.dimensions);
  const auto several =
      read_order(R"("model":"m","input":["a","b"],"encoding_format":"base64","dimensions":64,)"
                 R"("user":"u","unknown":1)");
  ASSERT_TRUE(several) << several.error().message();
  EXPECT_EQ(several->request.inputs.size(), 2U);
  EXPECT_TRUE(several->base64);
  EXPECT_EQ(several->request.dimensions, 64U);
  EXPECT_FALSE(read_order(R"("model":"m","input":"a","encoding_format":null,"dimensions":null)")->base64);
}

TEST(EmbeddingOrder, NamesWhatIsWrong) {
  std::string many = R"(["a")";
  for (std::size_t i = 1; i < engine::kMaxEmbeddingInputs; ++i) many += R"(,"a")";
  EXPECT_TRUE(read_order(R"("model":"m","input":)" + many + "]"));
  const std::vector<std::pair<std::string, std::string>> cases{
      {R"("input":"a")", "model"},
      {R"("model":7,"input":"a")", "model"},
      {R"("model":"","input":"a")", "model"},
      {R"("model":"m")", "input"},
      {R"("model":"m","input":null)", "input"},
      {R"("model":"m","input":"")", "input"},
      {R"("model":"m","input":7)", "input"},
      {R"("model":"m","input":{})", "input"},
      {R"("model":"m","input":[])", "input"},
      {R"("model":"m","input":)" + many + R"(,"a"])", "input"},
      {R"("model":"m","input":[1,2])", "input[0]"},
      {R"("model":"m","input":["a",[1,2]])", "input[1]"},
      {R"("model":"m","input":["a",""])", "input[1]"},
      {R"("model":"m","input":["a",null])", "input[1]"},
      {R"("model":"m","input":"a","encoding_format":"hex")", "encoding_format"},
      {R"("model":"m","input":"a","encoding_format":1)", "encoding_format"},
      {R"("model":"m","input":"a","dimensions":0)", "dimensions"},
      {R"("model":"m","input":"a","dimensions":-1)", "dimensions"},
      {R"("model":"m","input":"a","dimensions":1.5)", "dimensions"},
      {R"("model":"m","input":"a","dimensions":16385)", "dimensions"},
      {R"("model":"m","input":"a","dimensions":4294967297)", "dimensions"},
      {R"("model":"m","input":"a","user":[])", "user"}};
  for (const auto& [members, param] : cases) {
    const auto order = read_order(members);
    ASSERT_FALSE(order) << members;
    EXPECT_EQ(order.error().param(), param) << members;
    EXPECT_EQ(order.error().code(), ErrorCode::invalid_request);
  }
  EXPECT_NE(read_order(R"("model":"m","input":[1])").error().message().find("tokens"), std::string::npos);
}

class EmbeddingsTest : public InferenceTest {
 protected:
  EmbeddingsTest() {
    embeddings.add_routes(router);
    engine.vectors = engine::EmbeddingReply{{{1, -0.5}, {0.1, -0.0}}, 7};
    set_package([](keys::Package& package) { package.allowed_model_tiers = {"cogos-tier-b", "nomic"}; });
    key = mint_key();
  }

  void set_package(const std::function<void(keys::Package&)>& change) {
    auto packages = keyring.snapshot()->packages();
    for (keys::Package& package : packages) {
      if (package.id == "free") change(package);
    }
    keyring.put_packages(packages);
  }
  Result<http::Response> ask(const std::string& more = "", const std::string& model = "nomic") {
    exchange = std::make_unique<http::Exchange>();
    exchange->id = "req-1";
    exchange->started = clock.monotonic();
    exchange->principal = key;
    exchange->request.method = "POST";
    exchange->request.target = "/v1/embeddings";
    exchange->request.body = R"({"model":")" + model + R"(","input":["a","b"])" + more + "}";
    const auto match = router.find("POST", "/v1/embeddings");
    EXPECT_TRUE(match.route->metered);
    return test::run_task(match.route->handler(*exchange));
  }

  EmbeddingsApi embeddings{engine, catalog, keyring, clock};
  std::shared_ptr<const keys::KeyRecord> key;
  std::unique_ptr<http::Exchange> exchange;
};

TEST_F(EmbeddingsTest, AreGivenInCanonicalJson) {
  const auto response = ask();
  ASSERT_TRUE(response) << response.error().message();
  EXPECT_EQ(response->body,
            R"({"cogos":{"latency_ms":0,"request_id":"req-1"},"data":[)"
            R"({"embedding":[1,-0.5],"index":0,"object":"embedding"},)"
            R"({"embedding":[0.1,0],"index":1,"object":"embedding"}],)"
            R"("model":"nomic","object":"list","usage":{"prompt_tokens":7,"total_tokens":7}})");
  EXPECT_EQ(canonicalize_json(response->body).value(), response->body);
  EXPECT_EQ(response->headers.find("X-Cogos-Model"), "nomic");
  EXPECT_EQ(exchange->facts.model, "nomic");
  EXPECT_EQ(exchange->facts.prompt_tokens, 7U);
  EXPECT_EQ(exchange->facts.completion_tokens, 0U);
}

TEST_F(EmbeddingsTest, AreGivenAsTheBytesOfFloatsWhereThatIsAskedFor) {
  const auto response = ask(R"(,"encoding_format":"base64")");
  ASSERT_TRUE(response);
  // python3 -c "import base64,struct; print(base64.b64encode(struct.pack('<2f', 1, -0.5)))"
  EXPECT_NE(response->body.find(R"({"embedding":"AACAPwAAAL8=","index":0,)"), std::string::npos)
      << response->body;
}

TEST_F(EmbeddingsTest, AModelIsOneOfThePackageAndOfAnEngineThatHasSome) {
  EXPECT_EQ(ask("", "other").error().code(), ErrorCode::model_tier_denied);
  ASSERT_TRUE(ask("", "cogos-tier-b"));
  EXPECT_EQ(engine.embedded.model, "small");
  engine.vectors = std::nullopt;
  const auto refused = ask();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code(), ErrorCode::invalid_request);
  EXPECT_EQ(refused.error().param(), "model");
}

TEST_F(EmbeddingsTest, TextsAboveTheCeilingAreRefusedBeforeTheEngine) {
  // 16 around all, and for each text 8 and one, and a byte.
  set_package([](keys::Package& package) { package.max_prompt_tokens_per_call = 36; });
  EXPECT_TRUE(ask());
  set_package([](keys::Package& package) { package.max_prompt_tokens_per_call = 35; });
  engine.embedded = {};
  EXPECT_EQ(ask().error().code(), ErrorCode::prompt_too_large);
  EXPECT_TRUE(engine.embedded.inputs.empty());
}

}  // namespace
}  // namespace cogos::api
