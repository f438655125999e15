#include "http/networks.hpp"

#include <gtest/gtest.h>

namespace cogos::http {
namespace {

using boost::asio::ip::make_address;

Networks networks(std::vector<std::string> entries) {
  return Networks::parse(entries).value();
}

TEST(Networks, ContainsAddressesAndNetworks) {
  const auto some = networks({"10.0.0.0/8", "192.168.1.7", "fd00::/8", "2001:db8::1", "172.16.0.0/12"});
  for (const char* inside :
       {"10.255.0.1", "192.168.1.7", "::ffff:10.1.2.3", "fd12::1", "2001:db8::1", "172.31.255.255"}) {
    EXPECT_TRUE(some.contains(make_address(inside))) << inside;
  }
  for (const char* outside :
       {"11.0.0.1", "192.168.1.8", "::ffff:11.1.2.3", "fe80::1", "2001:db8::2", "172.32.0.0", "::10.1.2.3"}) {
    EXPECT_FALSE(some.contains(make_address(outside))) << outside;
  }
  EXPECT_FALSE(Networks().contains(make_address("127.0.0.1")));
  EXPECT_TRUE(networks({"0.0.0.0/0"}).contains(make_address("203.0.113.9")));
  EXPECT_FALSE(networks({"0.0.0.0/0"}).contains(make_address("2001:db8::1")));
  EXPECT_TRUE(networks({"::ffff:10.0.0.1"}).contains(make_address("10.0.0.1")));
}

TEST(Networks, RefusesWhatIsNoNetwork) {
  for (const char* bad : {"", "proxy", "10.0.0.0/33", "10.0.0.1/8", "fd00::/129", "10.0.0.0/", "10.0.0.0/8x",
                          "10.0.0", "fe80::1%eth0", "010.0.0.1", "10.0.0.0/-1"}) {
    const std::vector<std::string> entries{bad};
    const auto parsed = Networks::parse(entries);
    ASSERT_FALSE(parsed) << bad;
    EXPECT_NE(parsed.error().message().find("\"" + std::string(bad) + "\""), std::string::npos);
  }
}

}  // namespace
}  // namespace cogos::http
