#include <gtest/gtest.h>

#include <atomic>
#include <future>

#include "net/running_server.hpp"

namespace cogos::net::test {
namespace {

struct Progress {
  std::atomic<int> pieces = 0;
  std::promise<void> abandoned;
};

/// `count` pieces of `size` bytes, then a trailer; the first of them empty, which must not end the body.
class CountingStream final : public http::BodyStream {
 public:
  CountingStream(int count, std::size_t size, Progress& progress)
      : count_(count), size_(size), progress_(progress) {
    trailers_.add("X-Receipt", "done");
  }
  http::Task<bool> next(std::string& piece) override {
    if (progress_.pieces == count_) co_return false;
    if (progress_.pieces++ > 0) piece.assign(size_, 'p');
    co_return true;
  }
  const http::Headers& trailers() const override { return trailers_; }
  http::Task<void> abandon() override {
    progress_.abandoned.set_value();
    co_return;
  }

 private:
  const int count_;
  const std::size_t size_;
  Progress& progress_;
  http::Headers trailers_;
};

FakeService::Handler streaming(int count, std::size_t size, Progress& progress) {
  return [count, size, &progress](http::Exchange& exchange) -> http::Task<void> {
    exchange.response.headers.set("Trailer", "X-Receipt");
    exchange.response.stream = std::make_unique<CountingStream>(count, size, progress);
    co_return;
  };
}

TEST(StreamedResponse, IsChunkedWithTrailersAndKeepsTheConnection) {
  Progress progress;
  RunningServer::Parts parts;
  parts.handler = streaming(4, 10, progress);
  RunningServer running(std::move(parts));
  RawClient client(running.tls_port());
  ASSERT_TRUE(client.secure());
  client.send(request("GET", "/") + request("GET", "/again"));
  const auto response = client.receive();
  ASSERT_TRUE(response);
  EXPECT_EQ(response->headers.at("transfer-encoding"), "chunked");
  EXPECT_EQ(response->headers.at("trailer"), "X-Receipt");
  EXPECT_EQ(response->body, std::string(30, 'p'));
  EXPECT_EQ(response->trailers.at("x-receipt"), "done");
  EXPECT_TRUE(client.receive());
}

TEST(StreamedResponse, RunsToTheCloseForHttp10) {
  Progress progress;
  RunningServer::Parts parts;
  parts.handler = streaming(4, 10, progress);
  RunningServer running(std::move(parts));
  RawClient client(running.plain_port());
  client.send("GET / HTTP/1.0\r\nX-Forwarded-Proto: https\r\nConnection: keep-alive\r\n\r\n");
  const auto response = client.receive();
  EXPECT_FALSE(response->headers.contains("transfer-encoding"));
  EXPECT_EQ(response->headers.at("connection"), "close");
  EXPECT_EQ(response->body, std::string(30, 'p'));
}

TEST(StreamedResponse, IsHeldBackByASlowReaderAndAbandonedAfterTheWriteTimeout) {
  Progress progress;
  RunningServer::Parts parts;
  parts.limits.write_timeout = std::chrono::milliseconds(100);
  parts.handler = streaming(1'000'000, 64 * 1024, progress);
  RunningServer running(std::move(parts));
  RawClient client(running.plain_port(), 4096);
  client.send(request("GET", "/"));
  progress.abandoned.get_future().wait();
  EXPECT_LT(progress.pieces, 1000);  // 64 MB: more than any socket buffers hold
}

TEST(StreamedResponse, IsAbandonedWhenTheClientLeaves) {
  Progress progress;
  RunningServer::Parts parts;
  parts.handler = streaming(1'000'000'000, 1024, progress);
  RunningServer running(std::move(parts));
  RawClient client(running.tls_port());
  ASSERT_TRUE(client.secure());
  client.send(request("GET", "/"));
  client.close();
  progress.abandoned.get_future().wait();
}

TEST(StreamedResponse, IsAbandonedForHead) {
  Progress progress;
  RunningServer::Parts parts;
  parts.handler = streaming(4, 10, progress);
  RunningServer running(std::move(parts));
  RawClient client(running.plain_port());
  client.send(request("HEAD", "/"));
  EXPECT_EQ(client.receive(true)->status, 200);
  progress.abandoned.get_future().wait();
  EXPECT_EQ(progress.pieces, 0);
}

}  // namespace
}  // namespace cogos::net::test
