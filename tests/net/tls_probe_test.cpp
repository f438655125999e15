#include "net/tls_probe.hpp"

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/this_coro.hpp>
#include <fstream>
#include <sstream>

#include "net/http_client.hpp"
#include "net/running_server.hpp"
#include "net/scripted_upstream.hpp"

namespace cogos::net::test {
namespace {

using boost::asio::ip::tcp;

http::Task<Result<TlsAnswer>> offer(std::string url, TlsVersion version, std::chrono::milliseconds patience) {
  const http::Executor executor = co_await boost::asio::this_coro::executor;
  const UpstreamUrl parsed = parse_upstream_url(url).value();
  const auto call = std::make_shared<OutgoingCall>(executor, patience);
  http::Cancellation cancellation;
  call->start(cancellation);
  Result<TlsAnswer> answer = co_await try_tls(parsed, version, *call);
  call->stop();
  co_return answer;
}

Result<TlsAnswer> offered(std::uint16_t port, TlsVersion version, int patience_ms = 10'000) {
  boost::asio::io_context io;
  std::optional<Result<TlsAnswer>> outcome;
  boost::asio::co_spawn(
      boost::asio::make_strand(io.get_executor()),
      offer("https://127.0.0.1:" + std::to_string(port), version, std::chrono::milliseconds{patience_ms}),
      [&outcome](const std::exception_ptr& thrown, Result<TlsAnswer> answer) {
        if (thrown) std::rethrow_exception(thrown);
        outcome.emplace(std::move(answer));
      });
  io.run();
  return std::move(*outcome);
}

TEST(TlsProbe, TellsWhichVersionsAServerSpeaks) {
  RunningServer running;
  for (const TlsVersion version : {TlsVersion::tls1_0, TlsVersion::tls1_1}) {
    const auto answer = offered(running.tls_port(), version);
    ASSERT_TRUE(answer) << answer.error().message();
    EXPECT_FALSE(answer->accepted);
    EXPECT_FALSE(answer->refusal.empty());
  }
  for (const TlsVersion version : {TlsVersion::tls1_2, TlsVersion::tls1_3}) {
    const auto answer = offered(running.tls_port(), version);
    ASSERT_TRUE(answer) << answer.error().message();
    EXPECT_TRUE(answer->accepted) << answer->refusal;
    ASSERT_TRUE(answer->certificate_ends);
    EXPECT_GT(*answer->certificate_ends, running.clock.now());
  }
}

/// Takes one connection with whatever version of TLS it offers.
class AnyVersion {
 public:
  AnyVersion() {
    write_certificate(directory_.file("cert.pem"), directory_.file("key.pem"), "localhost");
    SSL_CTX_use_certificate_chain_file(context_.get(), directory_.file("cert.pem").c_str());
    SSL_CTX_use_PrivateKey_file(context_.get(), directory_.file("key.pem").c_str(), SSL_FILETYPE_PEM);
    SSL_CTX_set_min_proto_version(context_.get(), TLS1_VERSION);
    SSL_CTX_set_cipher_list(context_.get(), "ALL:@SECLEVEL=0");
    thread_ = std::jthread([this] {
      tcp::socket socket = acceptor_.accept();
      const std::unique_ptr<SSL, void (*)(SSL*)> ssl(SSL_new(context_.get()), SSL_free);
      SSL_set_fd(ssl.get(), socket.native_handle());
      if (SSL_accept(ssl.get()) == 1) SSL_shutdown(ssl.get());
    });
  }
  [[nodiscard]] std::uint16_t port() const { return acceptor_.local_endpoint().port(); }

 private:
  TemporaryDirectory directory_;
  const std::unique_ptr<SSL_CTX, void (*)(SSL_CTX*)> context_{SSL_CTX_new(TLS_server_method()), SSL_CTX_free};
  boost::asio::io_context io_;
  tcp::acceptor acceptor_{io_, tcp::endpoint(boost::asio::ip::address_v4::loopback(), 0)};
  std::jthread thread_;
};

TEST(TlsProbe, NoticesAServerThatStillSpeaksOldVersions) {
  for (const TlsVersion version : {TlsVersion::tls1_0, TlsVersion::tls1_1}) {
    const AnyVersion server;
    const auto answer = offered(server.port(), version);
    ASSERT_TRUE(answer) << answer.error().message();
    EXPECT_TRUE(answer->accepted) << answer->refusal;
  }
}

TEST(TlsProbe, WhereNobodyAnswersThatIsAFailureAndNoRefusal) {
  boost::asio::io_context io;
  tcp::acceptor silent(io, tcp::endpoint(boost::asio::ip::address_v4::loopback(), 0));
  const auto late = offered(silent.local_endpoint().port(), TlsVersion::tls1_2, 100);
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().code(), ErrorCode::upstream_timeout);
  const auto gone = offered(1, TlsVersion::tls1_2);
  ASSERT_FALSE(gone);
  EXPECT_EQ(gone.error().code(), ErrorCode::upstream_error);
}

class OwnMachine : public testing::Test {
 protected:
  Result<http::OutgoingResponse> get(const std::string& url) {
    HttpClientOptions options;
    options.loopback_unverified = true;
    boost::asio::io_context io;
    HttpClient client(clock, options);
    http::OutgoingRequest request;
    request.url = url;
    http::Cancellation cancellation;
    std::optional<Result<http::OutgoingResponse>> outcome;
    boost::asio::co_spawn(
        boost::asio::make_strand(io.get_executor()), client.send(request, cancellation),
        [&outcome](const std::exception_ptr& thrown, Result<http::OutgoingResponse> answer) {
          if (thrown) std::rethrow_exception(thrown);
          outcome.emplace(std::move(answer));
        });
    io.run();
    return std::move(*outcome);
  }
  RealClock clock;
};

TEST_F(OwnMachine, IsCalledWithoutVerificationAndNothingElseIs) {
  RunningServer running;
  const std::string port = std::to_string(running.tls_port());
  EXPECT_TRUE(get("https://127.0.0.1:" + port + "/x"));
  EXPECT_TRUE(get("https://localhost:" + port + "/x"));
  for (const char* elsewhere : {"https://192.0.2.1/", "https://0.0.0.0/", "https://localhost.example/",
                                "http://[2001:db8::1]/", "https://127.0.0.1.example/"}) {
    const auto refused = get(elsewhere);
    ASSERT_FALSE(refused) << elsewhere;
    EXPECT_EQ(refused.error().code(), ErrorCode::invalid_request) << elsewhere;
  }
}

TEST_F(OwnMachine, AnAnswersFieldsAreAllThereAndTrailersAreNot) {
  Stub stub(
      {answering("HTTP/1.1 100 Continue\r\nX-Interim: 1\r\n\r\nHTTP/1.1 200 OK\r\nX-One: a\r\nx-one: b\r\n"
                 "Transfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\nX-Trailer: t\r\n\r\n")});
  const auto answer = get(stub.url());
  ASSERT_TRUE(answer) << answer.error().message();
  EXPECT_EQ(answer->headers.count("X-One"), 2U);
  EXPECT_EQ(answer->headers.joined("x-one"), "a, b");
  EXPECT_EQ(answer->headers.count("Transfer-Encoding"), 1U);
  EXPECT_EQ(answer->headers.count("X-Interim"), 0U);
  EXPECT_EQ(answer->headers.count("X-Trailer"), 0U);
}

}  // namespace
}  // namespace cogos::net::test
