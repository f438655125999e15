#include "net/first_party.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace cogos::net {
namespace {

const std::vector<std::string> kListed{"models.example.com", "203.0.113.9", "[2001:db8::1]"};

TEST(FirstParty, TakesLoopbackPrivateAndListedHosts) {
  for (const char* url :
       {"http://127.0.0.1:11434", "http://127.9.9.9/", "http://localhost:11434/api", "http://LOCALHOST",
        "http://[::1]:8080/", "http://10.0.0.1", "https://172.16.0.1", "https://172.31.255.255",
        "http://192.168.178.20:8000/v1", "http://[fd12:3456::1]/", "http://[fc00::1]/",
        "https://models.example.com/v1", "https://Models.Example.COM:8443/v1", "https://203.0.113.9/",
        "https://[2001:db8::1]/"}) {
    EXPECT_TRUE(check_first_party(url, kListed)) << url;
  }
}

TEST(FirstParty, RefusesEverythingElse) {
  for (const char* url : {"",
                          "localhost",
                          "//localhost/",
                          "ftp://localhost/",
                          "https://api.openai.com/v1",
                          "http://8.8.8.8",
                          "http://169.254.169.254/latest",
                          "http://[fe80::1]/",
                          "http://[::ffff:127.0.0.1]/",
                          "http://[::ffff:10.0.0.1]/",
                          "http://[::]/",
                          "http://0.0.0.0/",
                          "http://172.32.0.1",
                          "http://172.15.0.1",
                          "http://192.169.0.1",
                          "http://11.0.0.1",
                          "http://localhost@evil.example/",
                          "http://localhost:80@evil.example/",
                          "http://user@localhost/",
                          "http://localhost.evil.example/",
                          "http://evil.example#localhost",
                          "http://evil.example/localhost",
                          "http://2130706433/",
                          "http://0177.0.0.1/",
                          "http://0x7f.0.0.1/",
                          "http://0x7f000001/",
                          "http://127.1/",
                          "http://127.0.0.1./",
                          "http://127.0.0.01/",
                          "http://localhost./",
                          "http://sub.models.example.com/",
                          "http://models.example.com.evil.example/",
                          "http://127.0.0.1.evil.example/",
                          "http://%6cocalhost/",
                          "http://models.example.com%2eevil.example/",
                          "http://[2001:db8::2]/"}) {
    const auto checked = check_first_party(url, kListed);
    EXPECT_FALSE(checked) << url;
  }
  const auto checked = check_first_party("https://api.openai.com/v1", {});
  EXPECT_NE(checked.error().message().find("inference.first_party_hosts"), std::string::npos);
}

}  // namespace
}  // namespace cogos::net
