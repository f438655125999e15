#include "net/server.hpp"

#include <gtest/gtest.h>

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/this_coro.hpp>
#include <future>
#include <stdexcept>

#include "net/running_server.hpp"
#include "net/token.hpp"

namespace cogos::net::test {
namespace {

using std::chrono::milliseconds;

/// A handler that answers once its exchange is cancelled or the gate is opened.
struct Held {
  std::promise<void> begun;
  std::promise<bool> ended;   // whether it was cancelled
  std::weak_ptr<Timer> gate;  // the timer must not outlive its io_context

  FakeService::Handler handler() {
    return [this](http::Exchange& exchange) -> http::Task<void> {
      const http::Executor executor = co_await boost::asio::this_coro::executor;
      const auto timer = std::make_shared<Timer>(executor);
      timer->expires_at(Timer::time_point::max());
      gate = timer;
      exchange.cancellation.on_request([timer] { timer->cancel(); });
      begun.set_value();
      boost::system::error_code ignored;
      auto token = boost::asio::redirect_error(use_awaitable, ignored);
      co_await timer->async_wait(token);
      exchange.cancellation.on_request({});
      exchange.response.body = "finished";
      ended.set_value(exchange.cancellation.requested());
    };
  }

  void open() {
    if (const auto timer = gate.lock())
      boost::asio::post(timer->get_executor(), [timer] { timer->cancel(); });
  }
};

RunningServer::Parts held_by(Held& held) {
  RunningServer::Parts parts;
  parts.handler = held.handler();
  parts.limits.presence_interval = milliseconds(5);
  return parts;
}

TEST(Server, CancelsTheExchangeOfAClientThatLeaves) {
  for (const bool tls : {true, false}) {
    Held held;
    RunningServer running(held_by(held));
    RawClient client(tls ? running.tls_port() : running.plain_port());
    ASSERT_TRUE(!tls || client.secure());
    client.send(request("GET", "/"));
    held.begun.get_future().wait();
    client.close();
    EXPECT_TRUE(held.ended.get_future().get());
  }
}

TEST(Server, AnswersConnectionsBeyondTheLimitWith503) {
  RunningServer::Parts parts;
  parts.max_connections = 2;
  RunningServer running(std::move(parts));
  RawClient first(running.plain_port());
  RawClient second(running.plain_port());
  for (RawClient* client : {&first, &second}) {
    client->send(request("GET", "/"));
    EXPECT_EQ(client->receive()->status, 200);
  }
  RawClient third(running.plain_port());
  third.send(request("GET", "/"));
  const auto refused = third.receive();
  ASSERT_TRUE(refused);
  EXPECT_EQ(refused->status, 503);
  EXPECT_EQ(refused->headers.at("retry-after"), "1");
  EXPECT_TRUE(third.at_end());
  first.send(request("GET", "/"));
  EXPECT_EQ(first.receive()->status, 200);
}

TEST(Server, ClosesConnectionsBeyondTheHardLimitAtOnce) {
  RunningServer::Parts parts;
  parts.max_connections = 1;
  RunningServer running(std::move(parts));
  std::vector<std::unique_ptr<RawClient>> clients;
  for (int i = 0; i < 17; ++i) {
    clients.push_back(std::make_unique<RawClient>(running.tls_port()));
    ASSERT_TRUE(clients.back()->secure()) << i;  // so that it is known to be counted
  }
  RawClient one_more(running.tls_port());
  EXPECT_FALSE(one_more.secure());
}

TEST(Server, DrainsIdleConnectionsAtOnce) {
  RunningServer running;
  RawClient client(running.tls_port());
  ASSERT_TRUE(client.secure());
  client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_EQ(client.receive()->status, 200);
  std::promise<void> done;
  running.server->drain(milliseconds(60'000), [&done] { done.set_value(); });
  done.get_future().wait();
  EXPECT_EQ(client.rest(), "");
  EXPECT_EQ(running.server->connections(), 0U);
  // The listening socket is closed on a strand of its own, which may come a moment later.
  const auto refuses = [&running] {
    try {
      const RawClient another(running.tls_port());
      return false;
    } catch (const std::runtime_error&) {
      return true;
    }
  };
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  bool refused = refuses();
  while (!refused && std::chrono::steady_clock::now() < deadline) refused = refuses();
  EXPECT_TRUE(refused);
}

TEST(Server, DrainsAfterTheExchangesInFlight) {
  Held held;
  RunningServer running(held_by(held));
  RawClient client(running.plain_port());
  client.send(request("GET", "/"));
  held.begun.get_future().wait();
  std::promise<void> done;
  running.server->drain(milliseconds(60'000), [&done] { done.set_value(); });
  held.open();
  const auto response = client.receive();
  ASSERT_TRUE(response);
  EXPECT_EQ(response->body, "finished");
  EXPECT_EQ(response->headers.at("connection"), "close");
  EXPECT_TRUE(client.at_end());
  client.close();
  done.get_future().wait();
}

TEST(Server, CutsWhatOutlastsTheDrain) {
  Held held;
  RunningServer running(held_by(held));
  RawClient client(running.plain_port());
  client.send(request("GET", "/"));
  held.begun.get_future().wait();
  std::promise<void> done;
  running.server->drain(milliseconds(20), [&done] { done.set_value(); });
  EXPECT_TRUE(held.ended.get_future().get());
  done.get_future().wait();
  EXPECT_FALSE(client.receive());
}

TEST(Server, DrainsWithoutConnections) {
  RunningServer running;
  std::promise<void> done;
  running.server->drain(milliseconds(60'000), [&done] { done.set_value(); });
  done.get_future().wait();
}

TEST(Server, SaysWhyItCannotListen) {
  RunningServer running;
  const std::string taken = "127.0.0.1:" + std::to_string(running.plain_port());
  ServerOptions options;
  options.plaintext_listen = taken;
  Server second(running.io, running.service, running.clock, running.random, nullptr, options);
  try {
    second.start();
    FAIL() << "the port is taken";
  } catch (const std::runtime_error& error) {
    EXPECT_NE(std::string(error.what()).find("cannot listen on " + taken + ": Address already in use"),
              std::string::npos)
        << error.what();
  }
}

TEST(ParseEndpoint, TakesAddressAndPort) {
  EXPECT_EQ(parse_endpoint("127.0.0.1:8443")->port(), 8443);
  EXPECT_TRUE(parse_endpoint("[::]:0")->address().is_v6());
  for (const char* bad : {"", "8443", "127.0.0.1", "127.0.0.1:", "127.0.0.1:65536", "::1:80",
                          "[127.0.0.1]:80", "localhost:80", "127.0.0.1:8443x"}) {
    EXPECT_FALSE(parse_endpoint(bad)) << bad;
  }
}

}  // namespace
}  // namespace cogos::net::test
