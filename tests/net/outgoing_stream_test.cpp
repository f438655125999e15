#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <future>

#include "net/http_client.hpp"
#include "net/running_server.hpp"
#include "net/scripted_upstream.hpp"

namespace cogos::net::test {
namespace {

constexpr std::string_view kHead = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";

class OutgoingStreamTest : public testing::Test {
 public:
  /// Opens the stream and runs `use` with it, on a strand, to the end.
  void with_stream(const http::OutgoingRequest& request,
                   std::function<http::Task<void>(http::OutgoingStream&)> use) {
    const http::Executor strand = boost::asio::make_strand(io);
    boost::asio::co_spawn(strand, open_and_use(request, std::move(use)),
                          [](const std::exception_ptr& thrown) {
                            if (thrown) std::rethrow_exception(thrown);
                          });
    io.restart();
    io.run();
  }
  http::Task<void> open_and_use(const http::OutgoingRequest& request,
                                std::function<http::Task<void>(http::OutgoingStream&)> use) {
    Result<std::unique_ptr<http::OutgoingStream>> opened = co_await client->open(request, cancellation);
    if (!opened) {
      failure = opened.error();
      co_return;
    }
    co_await use(**opened);
  }
  /// Reads to the end, or to the failure.
  http::Task<void> read_all(http::OutgoingStream& stream) {
    std::string piece;
    for (bool more = true; more;) {
      const Result<bool> read = co_await stream.next(piece);
      if (!read) failure = read.error();
      more = read && *read;
      if (more) pieces.push_back(piece);
    }
  }
  std::function<http::Task<void>(http::OutgoingStream&)> reading() {
    return [this](http::OutgoingStream& stream) { return read_all(stream); };
  }
  static http::OutgoingRequest get(const std::string& url) {
    http::OutgoingRequest request;
    request.url = url;
    request.timeout = std::chrono::milliseconds(5'000);
    return request;
  }
  [[nodiscard]] std::string body() const {
    std::string all;
    for (const std::string& piece : pieces) all += piece;
    return all;
  }

  RealClock clock;
  http::Cancellation cancellation;
  boost::asio::io_context io;  // outlives the connections that lie in the pool
  std::unique_ptr<HttpClient> client = std::make_unique<HttpClient>(clock);
  std::vector<std::string> pieces;
  std::optional<Error> failure;
};

TEST_F(OutgoingStreamTest, GivesEachPieceBeforeTheNextOneIsSent) {
  std::promise<void> first_read;
  Stub stub({[&](tcp::socket& socket) {
    read_request(socket);
    write(socket, kHead);
    write(socket, "3\r\none\r\n");
    first_read.get_future().wait();
    write(socket, "3\r\ntwo\r\n0\r\n\r\n");
  }});
  with_stream(get(stub.url()), [&](http::OutgoingStream& stream) -> http::Task<void> {
    EXPECT_EQ(stream.status(), 200);
    std::string piece;
    const Result<bool> read = co_await stream.next(piece);
    EXPECT_TRUE(read && *read);
    EXPECT_EQ(piece, "one");
    first_read.set_value();
    co_await read_all(stream);
  });
  EXPECT_EQ(body(), "two");
  EXPECT_FALSE(failure);
  EXPECT_EQ(client->idle_connections(), 1U) << "a connection that was read to the end is used again";
}

TEST_F(OutgoingStreamTest, LeavesAnErrorsStatusToItsReader) {
  Stub stub({answering("HTTP/1.1 503 Busy\r\nContent-Length: 4\r\n\r\nlate")});
  with_stream(get(stub.url()), [&](http::OutgoingStream& stream) -> http::Task<void> {
    EXPECT_EQ(stream.status(), 503);
    co_await read_all(stream);
  });
  EXPECT_EQ(body(), "late");
}

TEST_F(OutgoingStreamTest, TellsABodyThatEndsTooEarly) {
  Stub stub({answering(std::string(kHead) + "3\r\none\r\n")});
  with_stream(get(stub.url()), reading());
  EXPECT_EQ(body(), "one");
  ASSERT_TRUE(failure);
  EXPECT_EQ(failure->code(), ErrorCode::upstream_error);
  EXPECT_EQ(client->idle_connections(), 0U);
}

TEST_F(OutgoingStreamTest, TellsABodyBeyondItsBound) {
  Stub stub({answering(std::string(kHead) + "3\r\none\r\n6\r\ntwotwo\r\n0\r\n\r\n")});
  http::OutgoingRequest request = get(stub.url());
  request.max_response_bytes = 5;
  with_stream(request, reading());
  ASSERT_TRUE(failure);
  EXPECT_NE(failure->message().find("larger than 5 bytes"), std::string::npos) << failure->message();
}

TEST_F(OutgoingStreamTest, TellsABodyThatStalls) {
  std::promise<void> told;
  Stub stub({[&](tcp::socket& socket) {
    read_request(socket);
    write(socket, std::string(kHead) + "3\r\none\r\n");
    told.get_future().wait();
  }});
  http::OutgoingRequest request = get(stub.url());
  request.timeout = std::chrono::milliseconds(50);
  with_stream(request, reading());
  told.set_value();
  EXPECT_EQ(body(), "one");
  ASSERT_TRUE(failure);
  EXPECT_EQ(failure->code(), ErrorCode::upstream_timeout);
}

TEST_F(OutgoingStreamTest, HangsUpWhenItIsDroppedBeforeItsEnd) {
  std::promise<bool> hung_up;
  Stub stub({[&](tcp::socket& socket) {
    read_request(socket);
    write(socket, std::string(kHead) + "3\r\none\r\n");
    hung_up.set_value(read_request(socket).empty());
  }});
  with_stream(get(stub.url()), [](http::OutgoingStream& stream) -> http::Task<void> {
    std::string piece;
    const Result<bool> read = co_await stream.next(piece);
    EXPECT_TRUE(read && *read);
  });
  EXPECT_TRUE(hung_up.get_future().get());
  EXPECT_EQ(client->idle_connections(), 0U);
}

TEST_F(OutgoingStreamTest, StopsWhenItsClientLeaves) {
  std::promise<bool> hung_up;
  Stub stub({[&](tcp::socket& socket) {
    read_request(socket);
    write(socket, std::string(kHead) + "3\r\none\r\n");
    hung_up.set_value(read_request(socket).empty());
  }});
  with_stream(get(stub.url()), [this](http::OutgoingStream& stream) -> http::Task<void> {
    std::string piece;
    const Result<bool> read = co_await stream.next(piece);
    EXPECT_TRUE(read && *read);
    const auto strand = co_await boost::asio::this_coro::executor;
    boost::asio::post(strand, [this] { cancellation.request(); });
    co_await read_all(stream);
  });
  EXPECT_TRUE(hung_up.get_future().get());
  ASSERT_TRUE(failure);
  EXPECT_EQ(failure->code(), ErrorCode::client_closed);
}

}  // namespace
}  // namespace cogos::net::test
