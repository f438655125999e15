#include "net/ingress.hpp"

#include <algorithm>
#include <charconv>
#include <optional>

namespace cogos::net {
namespace {

using boost::asio::ip::address;
using boost::asio::ip::address_v6;

address_v6::bytes_type bits_of(const address& one) {
  const address plain = normalized(one);
  if (plain.is_v6()) return plain.to_v6().to_bytes();
  return boost::asio::ip::make_address_v6(boost::asio::ip::v4_mapped, plain.to_v4()).to_bytes();
}

bool below_prefix_zero(const address_v6::bytes_type& bits, unsigned prefix) {
  for (unsigned bit = prefix; bit < 128; ++bit) {
    if ((bits[bit / 8] >> (7 - bit % 8) & 1) != 0) return false;
  }
  return true;
}

std::optional<address> parse_address(std::string_view text) {
  // A zone would make two spellings of one address, and means nothing beyond its host.
  if (text.find('%') != std::string_view::npos) return std::nullopt;
  boost::system::error_code failure;
  const auto parsed = boost::asio::ip::make_address(std::string(text), failure);
  if (failure) return std::nullopt;
  return normalized(parsed);
}

std::optional<unsigned> parse_number(std::string_view text, unsigned highest) {
  unsigned value = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (failure != std::errc{} || end != text.data() + text.size() || value > highest) return std::nullopt;
  return value;
}

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

/// One hop of X-Forwarded-For: an address, with a port where the proxy appends that too.
std::optional<address> parse_hop(std::string_view hop) {
  if (hop.starts_with('[')) {
    const auto end = hop.find(']');
    if (end == std::string_view::npos) return std::nullopt;
    const auto rest = hop.substr(end + 1);
    if (!rest.empty() && (rest[0] != ':' || !parse_number(rest.substr(1), 65535))) return std::nullopt;
    return parse_address(hop.substr(1, end - 1));
  }
  const auto colon = hop.find(':');
  if (colon != std::string_view::npos && hop.find(':', colon + 1) == std::string_view::npos) {
    if (!parse_number(hop.substr(colon + 1), 65535)) return std::nullopt;
    hop = hop.substr(0, colon);
  }
  return parse_address(hop);
}

Error bad_entry(const std::string& entry) {
  return Error(ErrorCode::invalid_request, "\"" + entry +
                                               "\" is no address and no network; write it like 10.0.0.1, "
                                               "10.0.0.0/8 or fd00::/8, with zero bits below the prefix");
}

}  // namespace

address normalized(const address& one) noexcept {
  if (one.is_v4()) return one;
  const auto bytes = one.to_v6().to_bytes();
  const bool mapped =
      std::all_of(bytes.begin(), bytes.begin() + 10, [](unsigned char b) { return b == 0; }) &&
      bytes[10] == 0xff && bytes[11] == 0xff;
  if (!mapped) return address_v6(bytes);
  return boost::asio::ip::address_v4({bytes[12], bytes[13], bytes[14], bytes[15]});
}

Result<TrustedProxies> TrustedProxies::parse(std::span<const std::string> entries) {
  TrustedProxies trusted;
  for (const std::string& entry : entries) {
    const auto slash = entry.find('/');
    const auto base = parse_address(std::string_view(entry).substr(0, slash));
    if (!base) return bad_entry(entry);
    unsigned prefix = 128;
    if (slash != std::string::npos) {
      const auto given = parse_number(std::string_view(entry).substr(slash + 1), base->is_v4() ? 32 : 128);
      if (!given) return bad_entry(entry);
      prefix = *given + (base->is_v4() ? 96 : 0);
    }
    const Network network{bits_of(*base), static_cast<std::uint8_t>(prefix)};
    if (!below_prefix_zero(network.bits, prefix)) return bad_entry(entry);
    trusted.networks_.push_back(network);
  }
  return trusted;
}

bool TrustedProxies::contains(const address& one) const noexcept {
  if (networks_.empty()) return false;
  const auto bits = bits_of(one);
  return std::any_of(networks_.begin(), networks_.end(), [&bits](const Network& network) {
    const std::size_t whole = network.prefix / 8U;
    if (!std::equal(bits.begin(), bits.begin() + static_cast<std::ptrdiff_t>(whole), network.bits.begin())) {
      return false;
    }
    const unsigned rest = network.prefix % 8U;
    return rest == 0 || (bits[whole] ^ network.bits[whole]) >> (8 - rest) == 0;
  });
}

address client_address(const address& peer, const http::Headers& headers, const TrustedProxies& trusted) {
  address client = normalized(peer);
  if (!trusted.contains(client)) return client;
  const std::string hops = headers.joined("X-Forwarded-For");
  std::string_view rest = hops;
  while (!rest.empty()) {
    const auto comma = rest.rfind(',');
    const auto hop = parse_hop(trimmed(comma == std::string_view::npos ? rest : rest.substr(comma + 1)));
    if (!hop) return client;
    client = *hop;
    if (!trusted.contains(client) || comma == std::string_view::npos) return client;
    rest = rest.substr(0, comma);
  }
  return client;
}

bool forwarded_by_https(const http::Headers& headers) noexcept {
  return headers.count("X-Forwarded-Proto") == 1 && headers.find("X-Forwarded-Proto") == "https";
}

}  // namespace cogos::net
