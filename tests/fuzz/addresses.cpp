// Trusted proxies, X-Forwarded-For, upstream URLs: nobody is trusted by accident.
#include "fuzz.hpp"
#include "net/first_party.hpp"
#include "net/ingress.hpp"
#include "net/server.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace cogos;
  using fuzz::expect;
  fuzz::Fields fields(fuzz::text(data, size));
  const std::vector<std::string> entries{std::string(fields.next())};
  const auto trusted = net::TrustedProxies::parse(entries);
  http::Headers headers;
  headers.add("X-Forwarded-For", std::string(fields.next()));
  const auto peer = boost::asio::ip::make_address("203.0.113.9");
  const auto client = net::client_address(peer, headers, trusted ? *trusted : net::TrustedProxies());
  if (!trusted) expect(client == peer, "without trust the peer is the client");
  const std::string url(fields.next());
  static_cast<void>(net::check_first_party(url, {}));
  static_cast<void>(net::parse_endpoint(fields.rest()));
  return 0;
}
