#include <gtest/gtest.h>

#include <future>
#include <thread>

#include "http/await_callback.hpp"
#include "net/running_server.hpp"

namespace cogos::net::test {
namespace {

using std::chrono::milliseconds;

RunningServer::Parts small_limits() {
  RunningServer::Parts parts;
  parts.limits.max_header_bytes = 2048;
  parts.limits.max_target_bytes = 1024;
  parts.limits.max_body_bytes = 100;
  return parts;
}

TEST(Connection, AnswersAndStaysOpen) {
  RunningServer running;
  RawClient client(running.plain_port());
  for (int i = 0; i < 3; ++i) {
    client.send(request("POST", "/echo?n=1", "Content-Length: 2\r\n", "hi"));
    const auto response = client.receive();
    ASSERT_TRUE(response);
    EXPECT_EQ(response->status, 200);
    EXPECT_EQ(response->body, "POST /echo?n=1 hi");
    EXPECT_FALSE(response->headers.contains("connection"));
    EXPECT_FALSE(response->headers.contains("server"));
    EXPECT_TRUE(response->headers.at("date").ends_with(" GMT"));
  }
  const auto seen = running.service.seen();
  EXPECT_EQ(seen[0].id.size(), 28U);
  EXPECT_TRUE(seen[0].id.starts_with("req-"));
  EXPECT_NE(seen[0].id, seen[1].id);
}

TEST(Connection, AnswersPipelinedRequestsInOrder) {
  RunningServer running;
  RawClient client(running.plain_port());
  std::string many;
  for (int i = 0; i < 50; ++i) many += request("POST", "/" + std::to_string(i), "Content-Length: 1\r\n", "x");
  client.send(many);
  for (int i = 0; i < 50; ++i) {
    const auto response = client.receive();
    ASSERT_TRUE(response);
    EXPECT_EQ(response->body, "POST /" + std::to_string(i) + " x");
  }
}

TEST(Connection, TakesARequestInSingleBytes) {
  RunningServer running;
  RawClient client(running.plain_port());
  for (const char c : request("POST", "/slow", "Transfer-Encoding: chunked\r\n", "2\r\nhi\r\n0\r\n\r\n")) {
    client.send(std::string_view(&c, 1));
  }
  EXPECT_EQ(client.receive()->body, "POST /slow hi");
}

TEST(Connection, ClosesWhereTheClientAsksForIt) {
  RunningServer running;
  RawClient client(running.plain_port());
  client.send(request("GET", "/", "Connection: close\r\n"));
  const auto response = client.receive();
  EXPECT_EQ(response->headers.at("connection"), "close");
  EXPECT_TRUE(client.at_end());
}

TEST(Connection, SpeaksHttp10) {
  RunningServer running;
  RawClient client(running.plain_port());
  client.send("GET /a HTTP/1.0\r\nX-Forwarded-Proto: https\r\nConnection: keep-alive\r\n\r\n");
  EXPECT_EQ(client.receive()->headers.at("connection"), "keep-alive");
  client.send("GET /b HTTP/1.0\r\nX-Forwarded-Proto: https\r\n\r\n");
  EXPECT_EQ(client.receive()->headers.at("connection"), "close");
  EXPECT_TRUE(client.at_end());
}

TEST(Connection, AnswersHeadWithoutABody) {
  RunningServer running;
  RawClient client(running.plain_port());
  client.send(request("HEAD", "/a") + request("GET", "/b"));
  const auto head = client.receive(true);
  EXPECT_FALSE(head->headers.contains("content-length"));
  EXPECT_EQ(client.receive()->body, "GET /b ");
}

TEST(Connection, InvitesABodyThatIsAwaited) {
  RunningServer running(small_limits());
  RawClient client(running.plain_port());
  client.send(request("POST", "/", "Expect: 100-continue\r\nContent-Length: 2\r\n"));
  EXPECT_EQ(client.receive()->status, 100);
  client.send("hi");
  EXPECT_EQ(client.receive()->body, "POST / hi");
  client.send(request("POST", "/", "Expect: 100-continue\r\nContent-Length: 101\r\n"));
  EXPECT_EQ(client.receive()->status, 413);  // without a 100 before it
  EXPECT_TRUE(client.at_end());
}

TEST(Connection, DoesNotInviteABodyThatIsThereAlready) {
  RunningServer running;
  RawClient client(running.plain_port());
  client.send(request("POST", "/", "Expect: 100-continue\r\nContent-Length: 2\r\n", "hi"));
  EXPECT_EQ(client.receive()->status, 200);
}

struct Fault {
  const char* name;
  std::string bytes;
  int status;
  ErrorCode code;
  std::string method;
  std::string target;
};

class ConnectionFault : public testing::TestWithParam<Fault> {};

TEST_P(ConnectionFault, IsAnsweredByTheServiceAndEndsTheConnection) {
  const Fault& fault = GetParam();
  RunningServer running(small_limits());
  RawClient client(running.plain_port());
  client.send(fault.bytes);
  const auto response = client.receive();
  ASSERT_TRUE(response);
  EXPECT_EQ(response->status, fault.status);
  EXPECT_EQ(response->headers.at("connection"), "close");
  EXPECT_TRUE(client.at_end());
  const Seen seen = running.service.last();
  EXPECT_EQ(seen.fault, fault.code);
  EXPECT_EQ(seen.method, fault.method);
  EXPECT_EQ(seen.target, fault.target);
  EXPECT_EQ(seen.body, "");
  EXPECT_FALSE(seen.body_complete);
  EXPECT_EQ(running.service.seen().size(), 1U);
}

const std::string kLongPath = "/" + std::string(1100, 'a');
const std::string kEndlessPath = "/" + std::string(4000, 'a');

INSTANTIATE_TEST_SUITE_P(
    Each, ConnectionFault,
    testing::Values(
        Fault{"HeaderTooLarge", request("GET", "/h", "X-A: " + std::string(3000, 'a') + "\r\n"), 431,
              ErrorCode::headers_too_large, "GET", "/h"},
        Fault{"HeaderWithoutEnd", "GET /h HTTP/1.1\r\nX-A: " + std::string(3000, 'a'), 431,
              ErrorCode::headers_too_large, "GET", "/h"},
        Fault{"TargetTooLong", request("GET", kLongPath), 414, ErrorCode::target_too_long, "GET", kLongPath},
        Fault{"TargetWithoutEnd", "GET " + kEndlessPath, 414, ErrorCode::target_too_long, "", ""},
        Fault{"BodyTooLargeByLength", request("POST", "/b", "Content-Length: 101\r\n", std::string(101, 'x')),
              413, ErrorCode::body_too_large, "POST", "/b"},
        Fault{"BodyTooLargeInChunks",
              request("POST", "/b", "Transfer-Encoding: chunked\r\n",
                      "60\r\n" + std::string(96, 'x') + "\r\n5\r\nxxxxx"),
              413, ErrorCode::body_too_large, "POST", "/b"},
        Fault{"Malformed", "GET /m HTTP/1.1\r\nHost: a\r\nbroken\r\n\r\n", 400, ErrorCode::malformed_http,
              "GET", "/m"},
        Fault{"NotHttp", "\x01\x02\x03\r\n\r\n", 400, ErrorCode::malformed_http, "", ""},
        Fault{"NotThroughTls", "POST /p HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello", 403,
              ErrorCode::forbidden, "POST", "/p"}),
    [](const auto& fault) { return fault.param.name; });

TEST(Connection, LetsAClientThatKeepsSendingSeeWhyItWasRefused) {
  RunningServer running(small_limits());
  RawClient client(running.plain_port());
  client.send(request("POST", "/b", "Content-Length: 4000000\r\n"));
  EXPECT_TRUE(client.send(std::string(4'000'000, 'x')));
  EXPECT_EQ(client.receive()->status, 413);
}

TEST(Connection, TimesOutAHeadThatStops) {
  RunningServer::Parts parts;
  parts.limits.header_timeout = milliseconds(50);
  RunningServer running(std::move(parts));
  RawClient client(running.plain_port());
  client.send("GET /slow HTTP/1.1\r\nHost: a\r\nX-Begun: 1");
  const auto response = client.receive();
  ASSERT_TRUE(response);
  EXPECT_EQ(response->status, 408);
  EXPECT_TRUE(client.at_end());
  EXPECT_EQ(running.service.last().target, "/slow");
}

TEST(Connection, TimesOutABodyThatStops) {
  RunningServer::Parts parts;
  parts.limits.request_timeout = milliseconds(50);
  RunningServer running(std::move(parts));
  RawClient client(running.plain_port());
  client.send(request("POST", "/slow", "Content-Length: 10\r\n", "half"));
  EXPECT_EQ(client.receive()->status, 408);
  EXPECT_TRUE(client.at_end());
  EXPECT_EQ(running.service.last().body, "");
}

TEST(Connection, ClosesAnIdleOneWithoutAWord) {
  RunningServer::Parts parts;
  parts.limits.idle_timeout = milliseconds(50);
  RunningServer running(std::move(parts));
  RawClient client(running.plain_port());
  client.send(request("GET", "/"));
  EXPECT_EQ(client.receive()->status, 200);
  EXPECT_EQ(client.rest(), "");
}

TEST(Connection, ClosesOneThatNeverSpeaksWithoutAWord) {
  RunningServer::Parts parts;
  parts.limits.header_timeout = milliseconds(50);
  RunningServer running(std::move(parts));
  RawClient client(running.plain_port());
  EXPECT_EQ(client.rest(), "");
  EXPECT_TRUE(running.service.seen().empty());
}

TEST(Connection, WritesALargeBody) {
  RunningServer::Parts parts;
  parts.handler = [](http::Exchange& exchange) -> http::Task<void> {
    exchange.response.body.assign(5'000'000, 'z');
    co_return;
  };
  RunningServer running(std::move(parts));
  RawClient client(running.tls_port());
  ASSERT_TRUE(client.secure());
  client.send(request("GET", "/"));
  EXPECT_EQ(client.receive()->body.size(), 5'000'000U);
}

TEST(Connection, RefusesALargeBodyOnceTheMemoryForThemIsUsedUp) {
  RunningServer::Parts parts;
  parts.memory = std::make_shared<http::Budget>(100'000);
  const auto memory = parts.memory;
  RunningServer running(std::move(parts));
  const std::string half = request("POST", "/a", "Content-Length: 100000\r\n", std::string(90'000, 'a'));
  RawClient slow(running.plain_port());
  slow.send(half);
  while (memory->in_use() < 90'000 - http::kUncountedBytes) std::this_thread::yield();

  RawClient refused(running.plain_port());
  refused.send(half);
  const auto response = refused.receive();
  ASSERT_TRUE(response);
  EXPECT_EQ(response->status, 503);
  EXPECT_EQ(response->headers.at("retry-after"), "1");
  EXPECT_TRUE(refused.at_end());
  EXPECT_EQ(running.service.last().fault, ErrorCode::overloaded);
  EXPECT_FALSE(running.service.last().body_complete);

  RawClient small(running.plain_port());
  small.send(request("POST", "/b", "Content-Length: 16000\r\n", std::string(16'000, 'b')));
  EXPECT_EQ(small.receive()->status, 200);

  slow.send(std::string(10'000, 'a'));
  EXPECT_EQ(slow.receive()->status, 200);
  while (memory->in_use() > 0) std::this_thread::yield();
  RawClient later(running.plain_port());
  later.send(half + std::string(10'000, 'a'));
  EXPECT_EQ(later.receive()->status, 200);
}

TEST(Connection, CutsAClientThatTakesALargeAnswerInDrops) {
  constexpr std::size_t kAll = 64'000'000;  // more than any socket buffers hold
  RunningServer::Parts parts;
  parts.limits.write_timeout = milliseconds(1'000);
  parts.limits.min_write_rate = 1U << 30U;
  parts.handler = [](http::Exchange& exchange) -> http::Task<void> {
    exchange.response.body.assign(kAll, 'z');
    co_return;
  };
  RunningServer running(std::move(parts));
  RawClient client(running.plain_port());
  client.send(request("GET", "/"));
  // Each drop comes well within write_timeout; all of them together take twice as long.
  std::size_t taken = 0;
  while (const std::size_t drop = client.take_some(64 * 1024)) {
    taken += drop;
    std::this_thread::sleep_for(milliseconds(2));
  }
  EXPECT_LT(taken, kAll);
}

TEST(Connection, ServesOthersBetweenTheRequestsOfOneThatSendsManyAhead) {
  constexpr int kMany = 100;
  std::promise<void> begun;
  std::promise<void> other_sent;
  int answered = 0;
  int answered_before_the_other = kMany;
  RunningServer::Parts parts;
  parts.threads = 1;
  parts.handler = [&](http::Exchange& exchange) -> http::Task<void> {
    if (exchange.request.target == "/other") answered_before_the_other = answered;
    if (exchange.request.target == "/many" && ++answered == 1) {
      // The one thread stands still until the other's request is there as well.
      begun.set_value();
      other_sent.get_future().wait();
    }
    co_return;
  };
  RunningServer running(std::move(parts));
  RawClient other(running.plain_port());
  other.send(request("GET", "/first"));
  ASSERT_TRUE(other.receive());
  RawClient many(running.plain_port());
  std::string ahead;
  for (int i = 0; i < kMany; ++i) ahead += request("GET", "/many");
  many.send(ahead);
  begun.get_future().wait();
  other.send(request("GET", "/other"));
  other_sent.set_value();
  ASSERT_TRUE(other.receive());
  for (int i = 0; i < kMany; ++i) ASSERT_TRUE(many.receive());
  EXPECT_LT(answered_before_the_other, kMany / 2);
}

/// A connection that has sent requests for all of `targets` at once.
std::unique_ptr<RawClient> sending_ahead(const RunningServer& running, std::vector<std::string> targets) {
  auto client = std::make_unique<RawClient>(running.plain_port());
  std::string ahead;
  for (const std::string& target : targets) ahead += request("GET", target);
  client->send(ahead);
  return client;
}

TEST(Connection, LeavesAThreadToOthersHoweverManyConnectionsSendAhead) {
  std::promise<void> go_on;
  const std::shared_future<void> gone_on = go_on.get_future().share();
  RunningServer::Parts parts;
  parts.threads = 2;
  parts.handler = [&](http::Exchange& exchange) -> http::Task<void> {
    if (exchange.request.target == "/ahead") gone_on.wait();  // holds a thread, as much work would
    co_return;
  };
  RunningServer running(std::move(parts));
  const auto one = sending_ahead(running, {"/first", "/ahead", "/ahead"});
  const auto two = sending_ahead(running, {"/first", "/ahead", "/ahead"});
  ASSERT_TRUE(one->receive());
  ASSERT_TRUE(two->receive());
  RawClient other(running.plain_port());
  other.send(request("GET", "/other"));
  EXPECT_TRUE(other.receive());
  go_on.set_value();
  for (int i = 0; i < 2; ++i) {
    EXPECT_TRUE(one->receive());
    EXPECT_TRUE(two->receive());
  }
}

TEST(Connection, KeepsNobodyFromTheirTurnWhileItsHandlerWaits) {
  std::function<void(bool)> answer_the_slow;
  RunningServer::Parts parts;
  parts.threads = 1;
  parts.handler = [&](http::Exchange& exchange) -> http::Task<void> {
    if (exchange.request.target == "/slow") {
      auto start = [&](std::function<void(bool)> done) { answer_the_slow = std::move(done); };
      http::Task<bool> waiting = http::await_callback<bool>(std::move(start));
      co_await std::move(waiting);
    }
    if (exchange.request.target == "/quick") answer_the_slow(true);
  };
  RunningServer running(std::move(parts));
  const auto slow = sending_ahead(running, {"/first", "/slow"});
  ASSERT_TRUE(slow->receive());
  const auto quick = sending_ahead(running, {"/first", "/quick"});
  for (int i = 0; i < 2; ++i) EXPECT_TRUE(quick->receive());
  EXPECT_TRUE(slow->receive());
}

TEST(Connection, KeepsTheServicesFramingFieldsToItself) {
  RunningServer::Parts parts;
  parts.handler = [](http::Exchange& exchange) -> http::Task<void> {
    exchange.response.headers.set("Content-Length", "999");
    exchange.response.headers.set("Server", "secret/1.0");
    exchange.response.headers.set("X-Split", "a\r\nX-Evil: b");
    exchange.response.body = "ok";
    co_return;
  };
  RunningServer running(std::move(parts));
  RawClient client(running.plain_port());
  client.send(request("GET", "/"));
  const auto response = client.receive();
  EXPECT_EQ(response->body, "ok");
  EXPECT_FALSE(response->headers.contains("server"));
  EXPECT_FALSE(response->headers.contains("x-evil"));
}

}  // namespace
}  // namespace cogos::net::test
