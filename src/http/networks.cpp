#include "http/networks.hpp"

#include <algorithm>

#include "base/encoding.hpp"

namespace cogos::http {
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

std::optional<address> parse_address(std::string_view text) {
  if (text.find('%') != std::string_view::npos) return std::nullopt;
  boost::system::error_code failure;
  const auto parsed = boost::asio::ip::make_address(std::string(text), failure);
  if (failure) return std::nullopt;
  return normalized(parsed);
}

Result<Networks> Networks::parse(std::span<const std::string> entries) {
  Networks set;
  for (const std::string& entry : entries) {
    const auto slash = entry.find('/');
    const auto start = parse_address(std::string_view(entry).substr(0, slash));
    if (!start) return bad_entry(entry);
    unsigned prefix = 128;
    if (slash != std::string::npos) {
      const auto given =
          base::parse_decimal(std::string_view(entry).substr(slash + 1), start->is_v4() ? 32 : 128);
      if (!given) return bad_entry(entry);
      prefix = static_cast<unsigned>(*given) + (start->is_v4() ? 96 : 0);
    }
    const Network network{bits_of(*start), static_cast<std::uint8_t>(prefix)};
    if (!below_prefix_zero(network.bits, prefix)) return bad_entry(entry);
    set.networks_.push_back(network);
  }
  return set;
}

bool Networks::contains(const address& one) const noexcept {
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

}  // namespace cogos::http
