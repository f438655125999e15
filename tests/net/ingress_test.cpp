#include "net/ingress.hpp"

#include <gtest/gtest.h>

#include "net/running_server.hpp"

namespace cogos::net {
namespace {

using boost::asio::ip::make_address;

http::Networks trusted(std::vector<std::string> entries) {
  return http::Networks::parse(entries).value();
}

struct Forwarded {
  const char* peer;
  std::vector<std::string> fields;
  const char* client;
};

TEST(ClientAddress, IsTheRightMostHopThatIsNotTrusted) {
  const auto proxies = trusted({"10.0.0.0/8", "fd00::/8"});
  const std::vector<Forwarded> cases{
      {"203.0.113.1", {}, "203.0.113.1"},
      {"203.0.113.1", {"198.51.100.7"}, "203.0.113.1"},  // says who?
      {"10.0.0.1", {}, "10.0.0.1"},
      {"10.0.0.1", {"198.51.100.7"}, "198.51.100.7"},
      {"::ffff:10.0.0.1", {"198.51.100.7"}, "198.51.100.7"},
      {"10.0.0.1", {"1.1.1.1, 198.51.100.7"}, "198.51.100.7"},
      {"10.0.0.1", {"1.1.1.1, 198.51.100.7, 10.0.0.2"}, "198.51.100.7"},
      {"10.0.0.1", {"1.1.1.1", "198.51.100.7 ,\t10.0.0.2"}, "198.51.100.7"},
      {"10.0.0.1", {"10.0.0.3, 10.0.0.2"}, "10.0.0.3"},
      {"10.0.0.1", {"1.1.1.1, unknown"}, "10.0.0.1"},
      {"10.0.0.1", {"1.1.1.1, unknown, 10.0.0.2"}, "10.0.0.2"},
      {"10.0.0.1", {"1.1.1.1, , 10.0.0.2"}, "10.0.0.2"},
      {"10.0.0.1", {""}, "10.0.0.1"},
      {"10.0.0.1", {"1.1.1.1,"}, "10.0.0.1"},
      {"10.0.0.1", {"198.51.100.7:1234"}, "198.51.100.7"},
      {"10.0.0.1", {"198.51.100.7:99999"}, "10.0.0.1"},
      {"10.0.0.1", {"[2001:db8::5]:443"}, "2001:db8::5"},
      {"10.0.0.1", {"2001:db8::5"}, "2001:db8::5"},
      {"10.0.0.1", {"::ffff:198.51.100.7"}, "198.51.100.7"},
      {"10.0.0.1", {"fe80::1%eth0"}, "10.0.0.1"},
      {"fd00::1", {"2001:db8::5, fd00::2"}, "2001:db8::5"},
  };
  for (const Forwarded& one : cases) {
    http::Headers headers;
    for (const auto& field : one.fields) headers.add("X-Forwarded-For", field);
    EXPECT_EQ(client_address(make_address(one.peer), headers, proxies).to_string(), one.client)
        << one.peer << " " << headers.joined("X-Forwarded-For");
  }
}

TEST(ForwardedByHttps, NeedsExactlyThat) {
  const std::vector<std::pair<std::vector<std::string>, bool>> cases{{{}, false},
                                                                     {{"https"}, true},
                                                                     {{"http"}, false},
                                                                     {{"HTTPS"}, false},
                                                                     {{"https, http"}, false},
                                                                     {{"https", "https"}, false},
                                                                     {{"http", "https"}, false}};
  for (const auto& [values, expected] : cases) {
    http::Headers headers;
    for (const auto& value : values) headers.add("x-forwarded-proto", value);
    EXPECT_EQ(forwarded_by_https(headers), expected) << headers.joined("x-forwarded-proto");
  }
}

TEST(IngressListener, TakesTheClientsAddressFromItsProxy) {
  test::RunningServer running;
  test::RawClient client(running.plain_port());
  client.send(test::request("GET", "/", "X-Forwarded-For: 1.1.1.1, 198.51.100.7\r\n"));
  EXPECT_EQ(client.receive()->status, 200);
  EXPECT_EQ(running.service.last().peer, "198.51.100.7");
}

TEST(IngressListener, DropsWhoIsNoTrustedProxy) {
  test::RunningServer::Parts parts;
  parts.trusted = {"10.0.0.1"};
  test::RunningServer running(std::move(parts));
  test::RawClient client(running.plain_port());
  client.send(test::request("GET", "/"));
  EXPECT_FALSE(client.receive());
  EXPECT_TRUE(running.service.seen().empty());
}

TEST(TlsListener, HeedsForwardedAddressesOfTrustedProxiesOnly) {
  for (const bool from_proxy : {true, false}) {
    test::RunningServer::Parts parts;
    if (!from_proxy) parts.trusted = {"10.0.0.1"};
    test::RunningServer running(std::move(parts));
    test::RawClient client(running.tls_port());
    ASSERT_TRUE(client.secure());
    client.send("GET / HTTP/1.1\r\nHost: localhost\r\nX-Forwarded-For: 198.51.100.7\r\n\r\n");
    EXPECT_EQ(client.receive()->status, 200);
    EXPECT_EQ(running.service.last().peer, from_proxy ? "198.51.100.7" : "127.0.0.1");
  }
}

}  // namespace
}  // namespace cogos::net
