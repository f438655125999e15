// Trusted proxies, X-Forwarded-For, listeners, upstream URLs: nobody is trusted, and nothing reached, by
// accident.
#include "fuzz.hpp"
#include "net/first_party.hpp"
#include "net/ingress.hpp"
#include "net/server.hpp"
#include "net/upstream_url.hpp"

namespace {

using namespace cogos;
using boost::asio::ip::address;
using boost::asio::ip::make_address;
using fuzz::expect;

/// Written apart from the code under test: loopback and private ranges.
bool is_near(const address& host) {
  if (host.is_v6()) return host.is_loopback() || (host.to_v6().to_bytes()[0] & 0xfeU) == 0xfcU;
  const auto bits = host.to_v4().to_uint();
  return bits >> 24U == 127 || bits >> 24U == 10 || bits >> 20U == 0xac1 || bits >> 16U == 0xc0a8;
}

void check_proxies(std::string_view entry, std::string_view forwarded) {
  const std::vector<std::string> entries{std::string(entry)};
  const auto trusted = http::Networks::parse(entries);
  http::Headers headers;
  headers.add("X-Forwarded-For", std::string(forwarded));
  const auto peer = make_address("203.0.113.9");
  const http::Networks nobody;
  expect(net::client_address(peer, headers, nobody) == peer, "without trust the peer is the client");
  if (!trusted) return;
  const auto client = net::client_address(peer, headers, *trusted);
  expect(trusted->contains(peer) || client == peer, "an untrusted peer's word counts for nothing");
  expect(client == http::normalized(client), "an address has one form");
}

void check_url(const std::string& url) {
  const auto parsed = net::parse_upstream_url(url);
  const auto ours = net::check_first_party(url, {});
  expect(parsed || !ours, "a URL that cannot be read is nobody's");
  if (!parsed) return;
  expect(!parsed->host.empty() && parsed->port != 0 && parsed->target.starts_with('/'),
         "a URL leads somewhere");
  expect(parsed->target.find_first_of("\r\n ") == std::string::npos,
         "a target cannot break the request line");
  expect(parsed->authority.find_first_of("\r\n @") == std::string::npos, "nor a host its field");
  if (!ours || parsed->host == "localhost") return;
  boost::system::error_code failure;
  const auto host = make_address(parsed->host, failure);
  expect(!failure && is_near(host), "prompts go to loopback and private addresses only");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  // A trusted entry, the X-Forwarded-For, a URL and a listener, a line each.
  fuzz::Fields fields(fuzz::text(data, size));
  const auto entry = fields.next();
  check_proxies(entry, fields.next());
  check_url(std::string(fields.next()));
  const auto endpoint = net::parse_endpoint(fields.rest());
  expect(endpoint || endpoint.error().code() == ErrorCode::invalid_request, "a refusal says what was wrong");
  return 0;
}
