#include "net/http_client.hpp"

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/strand.hpp>
#include <future>

#include "net/running_server.hpp"
#include "net/scripted_upstream.hpp"

namespace cogos::net::test {
namespace {

using boost::asio::ip::tcp;
using std::chrono::milliseconds;
using Answer = Result<http::OutgoingResponse>;

class HttpClientTest : public testing::Test {
 public:
  Answer send(const http::OutgoingRequest& request) {
    http::Cancellation cancellation;
    return run(request, cancellation, {});
  }
  Answer get(const std::string& url) {
    http::OutgoingRequest request;
    request.url = url;
    return send(request);
  }
  /// `begun` runs on the call's strand, after the call was started.
  Answer run(const http::OutgoingRequest& request, http::Cancellation& cancellation,
             std::function<void()> begun) {
    const http::Executor strand = boost::asio::make_strand(io);
    std::optional<Answer> answer;
    boost::asio::co_spawn(strand, client->send(request, cancellation),
                          [&](const std::exception_ptr& thrown, Answer result) {
                            if (thrown) std::rethrow_exception(thrown);
                            answer.emplace(std::move(result));
                          });
    if (begun) boost::asio::post(strand, std::move(begun));
    io.restart();
    io.run();
    return std::move(*answer);
  }
  void expect_failure(const Answer& answer, ErrorCode code, const std::string& words) {
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().code(), code);
    EXPECT_NE(answer.error().message().find(words), std::string::npos) << answer.error().message();
  }

  RealClock clock;
  boost::asio::io_context io;  // outlives the connections that lie in the pool
  std::unique_ptr<HttpClient> client = std::make_unique<HttpClient>(clock);
};

TEST_F(HttpClientTest, SendsARequestAndTakesTheResponse) {
  std::string received;
  Stub stub({[&received](tcp::socket& socket) {
    received = read_request(socket);
    write(socket,
          "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 404 Nope\r\nContent-Type: text/x\r\nContent-Length: "
          "5\r\n\r\nhello");
  }});
  http::OutgoingRequest request;
  request.method = "POST";
  request.url = stub.url("/v1/x?y=1");
  request.headers = {{"X-Key", "k"}, {"Host", "evil"}};
  request.body = "{}";
  const auto answer = send(request);
  ASSERT_TRUE(answer) << answer.error().message();
  EXPECT_EQ(answer->status, 404);
  EXPECT_EQ(answer->content_type, "text/x");
  EXPECT_EQ(answer->body, "hello");
  EXPECT_TRUE(received.starts_with("POST /v1/x?y=1 HTTP/1.1\r\nHost: 127.0.0.1:")) << received;
  EXPECT_TRUE(received.ends_with("X-Key: k\r\nContent-Length: 2\r\n\r\n{}")) << received;
}

TEST_F(HttpClientTest, TakesChunkedAndUnframedBodies) {
  Stub stub(
      {answering("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"),
       answering("HTTP/1.0 200 OK\r\n\r\nto the end")});
  EXPECT_EQ(get(stub.url())->body, "abcde");
  client = std::make_unique<HttpClient>(clock);
  EXPECT_EQ(get(stub.url())->body, "to the end");
}

TEST_F(HttpClientTest, UsesAConnectionAgain) {
  Stub stub({[](tcp::socket& socket) {
    for (const std::string body : {"one", "two", "six"}) {
      if (read_request(socket).empty()) return;
      write(socket, "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n" + body);
    }
  }});
  EXPECT_EQ(get(stub.url())->body, "one");
  EXPECT_EQ(client->idle_connections(), 1U);
  EXPECT_EQ(get(stub.url())->body, "two");
  EXPECT_EQ(get(stub.url())->body, "six");
}

TEST_F(HttpClientTest, DoesNotKeepAConnectionThatTheUpstreamGivesUp) {
  Stub stub({answering("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"),
             answering("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\nmore than announced")});
  EXPECT_TRUE(get(stub.url()));
  EXPECT_TRUE(get(stub.url()));
  EXPECT_EQ(client->idle_connections(), 0U);
}

TEST_F(HttpClientTest, ReplacesAPooledConnectionThatDied) {
  const std::string ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
  Stub stub({answering(ok),  // and closes
             [&ok](tcp::socket& socket) {
               read_request(socket);
               write(socket, ok);
               read_request(socket);  // takes the next request and closes without a word
             },
             answering(ok)});
  EXPECT_EQ(get(stub.url())->body, "ok");
  EXPECT_EQ(get(stub.url())->body, "ok");
  EXPECT_EQ(get(stub.url())->body, "ok");
}

TEST_F(HttpClientTest, TellsATruncatedResponse) {
  Stub stub({answering("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf"),
             answering("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n"),
             answering("HTTP/1.1 2"), answering("")});
  for (int i = 0; i < 4; ++i) {
    expect_failure(get(stub.url()), ErrorCode::upstream_error, "before its response was complete");
  }
}

TEST_F(HttpClientTest, TellsWhatIsNotHttp) {
  Stub stub({answering("220 mail.example ESMTP\r\n\r\n"),
             answering("HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n"),
             answering("HTTP/1.1 101 Switching\r\n\r\n")});
  for (int i = 0; i < 3; ++i) expect_failure(get(stub.url()), ErrorCode::upstream_error, "not HTTP/1.1");
}

TEST_F(HttpClientTest, TellsAResponseThatIsTooLarge) {
  const std::string large(2000, 'x');
  Stub stub(
      {answering("HTTP/1.1 200 OK\r\nContent-Length: 2000\r\n\r\n" + large),
       answering("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n7d0\r\n" + large + "\r\n0\r\n\r\n"),
       answering("HTTP/1.0 200 OK\r\n\r\n" + large),
       answering("HTTP/1.1 200 OK\r\nX: " + std::string(100'000, 'y') + "\r\n\r\n")});
  http::OutgoingRequest request;
  request.url = stub.url();
  request.max_response_bytes = 1000;
  for (int i = 0; i < 4; ++i) expect_failure(send(request), ErrorCode::upstream_error, "larger than");
}

TEST_F(HttpClientTest, TellsATimeout) {
  Stub stub({[](tcp::socket& socket) {
    read_request(socket);
    read_request(socket);  // until the client gives up
  }});
  http::OutgoingRequest request;
  request.url = stub.url();
  request.timeout = milliseconds(50);
  expect_failure(send(request), ErrorCode::upstream_timeout, "within 50 ms");
}

TEST_F(HttpClientTest, TellsAnUpstreamThatCannotBeReached) {
  std::string url;
  {
    const tcp::acceptor acceptor(io, tcp::endpoint(boost::asio::ip::address_v4::loopback(), 0));
    url = "http://localhost:" + std::to_string(acceptor.local_endpoint().port());
  }
  expect_failure(get(url), ErrorCode::upstream_error, "could not be reached: ");
  expect_failure(get("http://nowhere.invalid/"), ErrorCode::upstream_error, "does not resolve");
  expect_failure(get("gopher://localhost/"), ErrorCode::invalid_request, "http or https");
}

TEST_F(HttpClientTest, StopsAtOnceWhenCancelled) {
  std::promise<void> asked;
  std::promise<void> left;
  Stub stub({[&](tcp::socket& socket) {
    read_request(socket);
    asked.set_value();
    read_request(socket);
    left.set_value();
  }});
  http::OutgoingRequest request;
  request.url = stub.url();
  const http::Executor strand = boost::asio::make_strand(io);
  http::Cancellation cancellation;
  std::optional<Answer> answer;
  boost::asio::co_spawn(strand, client->send(request, cancellation),
                        [&](const std::exception_ptr&, Answer result) { answer.emplace(std::move(result)); });
  std::jthread canceller([&] {
    asked.get_future().wait();
    boost::asio::post(strand, [&cancellation] { cancellation.request(); });
  });
  io.run();
  expect_failure(*answer, ErrorCode::client_closed, "client closed");
  left.get_future().wait();
}

TEST_F(HttpClientTest, StopsBeforeItBeginsWhenCancelled) {
  http::Cancellation cancellation;
  cancellation.request();
  http::OutgoingRequest request;
  for (const char* url : {"http://127.0.0.1:1/", "http://name.invalid/", "https://127.0.0.1:1/"}) {
    request.url = url;
    expect_failure(run(request, cancellation, {}), ErrorCode::client_closed, "client closed");
  }
}

TEST_F(HttpClientTest, StopsALookupOrConnectInProgressWhenCancelled) {
  http::Cancellation cancellation;
  http::OutgoingRequest request;
  request.url = "http://nowhere.invalid/";
  const auto answer = run(request, cancellation, [&cancellation] { cancellation.request(); });
  expect_failure(answer, ErrorCode::client_closed, "client closed");
}

TEST_F(HttpClientTest, RefusesHeadersWithLineBreaks) {
  http::OutgoingRequest request;
  request.url = "http://127.0.0.1:1/";
  request.headers = {{"Authorization", "Bearer abc\n"}};
  expect_failure(send(request), ErrorCode::internal, "header");
}

TEST_F(HttpClientTest, VerifiesCertificateAndName) {
  RunningServer running;
  const std::string port = std::to_string(running.tls_port());
  HttpClientOptions options;
  options.extra_ca_file = running.directory.file("cert.pem");
  expect_failure(get("https://localhost:" + port), ErrorCode::upstream_error, "certificate was not verified");

  client = std::make_unique<HttpClient>(clock, options);
  for (const std::string host : {"localhost", "127.0.0.1"}) {
    for (int i = 0; i < 2; ++i) {
      const auto answer = get("https://" + host + ":" + port + "/tls");
      ASSERT_TRUE(answer) << answer.error().message();
      EXPECT_EQ(answer->body, "GET /tls ");
    }
  }
  EXPECT_EQ(client->idle_connections(), 2U);
  // The listener is there under this address too, but the certificate does not say so.
  expect_failure(get("https://127.0.0.2:" + port), ErrorCode::upstream_error, "could not be reached");
}

TEST_F(HttpClientTest, RefusesACertificateForAnotherName) {
  RunningServer running;
  const std::string certificate = running.directory.file("cert.pem");
  write_certificate(certificate, running.directory.file("key.pem"), "named", "DNS:localhost");
  ASSERT_TRUE(running.tls->reload());
  HttpClientOptions options;
  options.extra_ca_file = certificate;
  client = std::make_unique<HttpClient>(clock, options);
  const std::string port = std::to_string(running.tls_port());
  EXPECT_TRUE(get("https://localhost:" + port));
  expect_failure(get("https://127.0.0.1:" + port), ErrorCode::upstream_error, "certificate was not verified");

  write_certificate(certificate, running.directory.file("key.pem"), "addressed",
                    "DNS:other.example,IP:127.0.0.1");
  ASSERT_TRUE(running.tls->reload());
  client = std::make_unique<HttpClient>(clock, options);
  EXPECT_TRUE(get("https://127.0.0.1:" + port));
  expect_failure(get("https://localhost:" + port), ErrorCode::upstream_error, "certificate was not verified");
}

TEST_F(HttpClientTest, TellsAnUpstreamThatSpeaksNoTls) {
  Stub stub({[](tcp::socket& socket) {
    boost::system::error_code over;
    std::array<char, 64> some;
    socket.read_some(boost::asio::buffer(some), over);
    write(socket, "HTTP/1.1 400 Bad Request\r\n\r\n");
  }});
  expect_failure(get("https" + stub.url().substr(4)), ErrorCode::upstream_error, "TLS handshake");
}

TEST(HttpClientOptions, MustNameAReadableFile) {
  const RealClock clock;
  HttpClientOptions options;
  options.extra_ca_file = "/nonexistent.pem";
  EXPECT_THROW(HttpClient(clock, options), std::runtime_error);
}

}  // namespace
}  // namespace cogos::net::test
