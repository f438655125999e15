// What stands before a form's handler: who sent it, what it is declared to be, how large it is, how often it
// comes.
#include "stages/own_pages.hpp"
#include "stages/pipeline_fixture.hpp"
#include "stages/route_limit.hpp"

namespace cogos::stages {
namespace {

using Fields = std::vector<std::pair<const char*, const char*>>;

class FormsTest : public PipelineTest {
 protected:
  FormsTest() {
    const auto ok = [](http::Exchange&) -> http::Task<Result<http::Response>> { co_return http::Response{}; };
    http::Route form{"POST", "/form", http::Realm::open, http::BodyKind::form, ok};
    form.max_body_bytes = 64;
    form.per_peer_hour = 3;
    router.add(form);
    form.pattern = "/other";
    router.add(form);
    http::Route raw{"POST", "/raw", http::Realm::open, http::BodyKind::raw, ok};
    raw.max_body_bytes = 64;
    router.add(raw);
    gates_in_order({&authenticate, &own_pages, &body_gate, &route_limit});
  }
  int post(const Fields& fields, const std::string& body = "package=team", const char* path = "/form",
           const char* type = "application/x-www-form-urlencoded") {
    http::Request form = request("POST", path);
    form.body = body;
    if (type) form.headers.set("Content-Type", type);
    for (const auto& [name, value] : fields) form.headers.add(name, value);
    return send(std::move(form)).status;
  }
  int from_here(const std::string& body = "package=team", const char* path = "/form") {
    return post({{"Origin", "https://api.example.com"}}, body, path);
  }
  /// Forms come from an address of their own here, since what is counted is not who sent them.
  int from(const Fields& fields) {
    peer = "192.0.2." + std::to_string(++host_);
    return post(fields);
  }

  OwnPagesGate own_pages{"https://api.example.com"};
  TokenBuckets buckets{100, clock, random};
  RouteLimitGate route_limit{buckets};

 private:
  int host_ = 0;
};

TEST_F(FormsTest, AreTakenFromThisSitesOwnPages) {
  const std::vector<Fields> ours{
      {{"Sec-Fetch-Site", "same-origin"}, {"Origin", "https://api.example.com"}},
      {{"Sec-Fetch-Site", "same-origin"}, {"Origin", "null"}},
      {{"Sec-Fetch-Site", "same-origin"}},
      {{"Origin", "https://api.example.com"}},
      {{"Referer", "https://api.example.com/"}},
      {{"Referer", "https://api.example.com/?from=mail"}},
  };
  for (const Fields& fields : ours) EXPECT_EQ(from(fields), 200) << fields.front().second;
}

TEST_F(FormsTest, AreRefusedFromAnywhereElse) {
  const std::vector<Fields> others{
      {},
      {{"Sec-Fetch-Site", "cross-site"}},
      {{"Sec-Fetch-Site", "same-site"}, {"Origin", "https://api.example.com"}},
      {{"Sec-Fetch-Site", "none"}, {"Origin", "https://api.example.com"}},
      {{"Sec-Fetch-Site", "same-origin"}, {"Origin", "https://evil.example"}},
      {{"Sec-Fetch-Site", "same-origin"}, {"Sec-Fetch-Site", "cross-site"}},
      {{"Sec-Fetch-Site", ""}},
      {{"Origin", "null"}},
      {{"Origin", "null"}, {"Referer", "https://api.example.com/"}},
      {{"Origin", "http://api.example.com"}},
      {{"Origin", "https://api.example.com:444"}},
      {{"Origin", "https://api.example.com.evil.example"}},
      {{"Origin", "https://api.example.com"}, {"Origin", "https://evil.example"}},
      {{"Origin", "https://evil.example"}, {"Referer", "https://api.example.com/"}},
      {{"Referer", "https://api.example.com"}},
      {{"Referer", "https://api.example.com.evil.example/"}},
      {{"Referer", "https://evil.example/https://api.example.com/"}},
  };
  for (const Fields& fields : others) {
    EXPECT_EQ(from(fields), 403) << (fields.empty() ? "nothing" : fields.back().second);
    EXPECT_EQ(error_type(), "forbidden");
  }
}

TEST_F(FormsTest, OfASiteThatDoesNotKnowItsNameAreRefused) {
  OwnPagesGate unnamed{""};
  gates_in_order({&unnamed});
  EXPECT_EQ(from_here(), 403);
  EXPECT_EQ(post({{"Sec-Fetch-Site", "same-origin"}}), 403);
}

TEST_F(FormsTest, AreFormsAndNothingElse) {
  const Fields ours{{"Sec-Fetch-Site", "same-origin"}};
  EXPECT_EQ(post(ours, "a=1", "/form", "application/x-www-form-urlencoded; charset=UTF-8"), 200);
  for (const char* type : {"application/json", "text/plain", "multipart/form-data; boundary=x", "",
                           "application/x-www-form-urlencoded; charset=utf-16"}) {
    EXPECT_EQ(post(ours, "a=1", "/form", type), 415) << type;
  }
  EXPECT_EQ(post(ours, "a=1", "/form", nullptr), 415);
  EXPECT_EQ(post({ours[0], {"Content-Encoding", "gzip"}}), 415);
}

TEST_F(FormsTest, HaveABoundOfTheirOwn) {
  EXPECT_EQ(from_here(std::string(64, 'a')), 200);
  EXPECT_EQ(from_here(std::string(65, 'a')), 413);
  EXPECT_EQ(error_type(), "body_too_large");
}

TEST_F(FormsTest, RawBodiesAreTakenWhateverTheyAreDeclaredToBeUpToTheirBound) {
  EXPECT_EQ(post({}, std::string(64, '\xff'), "/raw", "image/png"), 200);
  EXPECT_EQ(post({}, "", "/raw", nullptr), 200);
  EXPECT_EQ(post({}, std::string(65, 'a'), "/raw"), 413);
}

TEST_F(FormsTest, OfOneAddressAreCountedByTheHourAndTheRoute) {
  for (int i = 0; i < 3; ++i) EXPECT_EQ(from_here(), 200);
  EXPECT_EQ(from_here(), 429);
  EXPECT_EQ(header(exchange->response, "Retry-After"), "1200");
  EXPECT_EQ(from_here("a=1", "/other"), 200);
  peer = "192.0.2.9";
  EXPECT_EQ(from_here(), 200);
  peer = "127.0.0.1";
  EXPECT_EQ(post({}), 403) << "another site's forms take nothing of what is this address's";
  clock.advance(std::chrono::minutes{20});
  EXPECT_EQ(from_here(), 200);
  EXPECT_EQ(from_here(), 429);
}

}  // namespace
}  // namespace cogos::stages
