#include "engine/brave_search.hpp"

#include <gtest/gtest.h>

#include "engine/recorded_client.hpp"
#include "support/run_task.hpp"

namespace cogos::engine {
namespace {

using namespace test;

class BraveSearchTest : public testing::Test {
 protected:
  BraveSearchTest() {
    SearchOptions options;
    options.url = "https://search.example/res/v1/web/search";
    options.api_key = UpstreamKey(kKey);
    options.timeout = std::chrono::milliseconds(1234);
    search_ = std::make_unique<BraveSearch>(std::move(options), client_);
  }
  Result<std::vector<SearchHit>> search(const std::string& query = "who", std::uint32_t most = 3) {
    http::Cancellation cancellation;
    return cogos::test::run_task(search_->search(query, most, cancellation));
  }

  RecordedClient client_;
  std::unique_ptr<BraveSearch> search_;
};

std::string hit(const std::string& title, const std::string& url, const std::string& snippet = "words") {
  return Json{{"title", title}, {"url", url}, {"description", snippet}, {"age", "1 day"}}.dump();
}

std::string answer_with(const std::vector<std::string>& hits) {
  std::string list;
  for (const std::string& one : hits) list += (list.empty() ? "" : ",") + one;
  return R"({"type":"search","web":{"results":[)" + list + "]}}";
}

TEST_F(BraveSearchTest, AsksInTheProvidersWords) {
  client_.play(200, answer_with({}));
  ASSERT_TRUE(search("a b&c=d#é", 7));
  const http::OutgoingRequest& sent = client_.requests.front();
  EXPECT_EQ(sent.method, "GET");
  EXPECT_EQ(sent.url, "https://search.example/res/v1/web/search?q=a%20b%26c=d%23%C3%A9&count=7");
  EXPECT_EQ(sent.timeout, std::chrono::milliseconds(1234));
  EXPECT_EQ(sent.max_response_bytes, 1U << 20U);
  const std::pair<std::string, std::string> key{"X-Subscription-Token", kKey};
  EXPECT_NE(std::find(sent.headers.begin(), sent.headers.end(), key), sent.headers.end());
}

TEST_F(BraveSearchTest, GivesTheFirstHitsAsPlainText) {
  client_.play(
      200, answer_with({hit("One <b>bold</b>", "https://one.example/a?b=c", "It is <strong>so</strong>.\n"),
                        hit("Two", "http://two.example/"), hit("Three", "https://three.example/"),
                        hit("Four", "https://four.example/")}));
  const auto hits = search().value();
  ASSERT_EQ(hits.size(), 3U);
  EXPECT_EQ(hits[0].title, "One bold");
  EXPECT_EQ(hits[0].snippet, "It is so.");
  EXPECT_EQ(hits[0].url, "https://one.example/a?b=c");
  EXPECT_EQ(hits[2].title, "Three");
}

TEST_F(BraveSearchTest, LeavesOutHitsThatAreNotUsable) {
  client_.play(
      200, answer_with({hit("Script", "javascript:alert(1)"), hit("File", "file:///etc/passwd"),
                        hit("User", "https://user:pass@x.example/"), hit("No URL", ""),
                        hit("", "https://x.example/"),
                        hit("Long", "https://x.example/" + std::string(2000, 'a')), R"("no object")", "null",
                        R"({"title":1,"url":"https://x.example/"})", hit("Good", "https://good.example/")}));
  const auto hits = search().value();
  ASSERT_EQ(hits.size(), 1U);
  EXPECT_EQ(hits[0].title, "Good");
}

TEST_F(BraveSearchTest, BoundsWhatStrangersWrote) {
  client_.play(200, answer_with({hit(std::string(5000, 't'), "https://x.example/", std::string(5000, 's'))}));
  const auto hits = search().value();
  EXPECT_EQ(hits.at(0).title.size(), 300U);
  EXPECT_EQ(hits.at(0).snippet.size(), 1000U);
}

TEST_F(BraveSearchTest, FindsNothingWhereTheAnswerHoldsNoResults) {
  for (const char* body :
       {"{}", R"({"web":null})", R"({"web":{}})", R"({"web":{"results":{}}})", R"({"web":{"results":[]}})"}) {
    client_.play(200, body);
    EXPECT_TRUE(search().value().empty()) << body;
  }
}

TEST_F(BraveSearchTest, RefusesWhatIsNoAnswer) {
  for (const char* body : {"", "[]", "null", "<html>", "{\"web\":{\"results\":[{\"title\":\"\xC3(\"}]}}"}) {
    client_.play(200, body);
    const auto hits = search();
    ASSERT_FALSE(hits) << body;
    EXPECT_EQ(hits.error().code(), ErrorCode::upstream_error);
  }
  client_.play(429, std::string("slow down, ") + kKey);
  const auto refused = search();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().upstream_status(), 429);
  EXPECT_EQ(refused.error().detail(), "slow down, [key]");
  EXPECT_EQ(refused.error().message().find(kKey), std::string::npos);
}

TEST_F(BraveSearchTest, PassesAFailureOfTheTransportOn) {
  client_.answer = Error(ErrorCode::upstream_timeout, "late");
  EXPECT_EQ(search().error().code(), ErrorCode::upstream_timeout);
}

}  // namespace
}  // namespace cogos::engine
