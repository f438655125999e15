#include "stages/peer_id.hpp"

#include <algorithm>

namespace cogos::stages {

BucketId peer_id(const boost::asio::ip::address& peer, char purpose) noexcept {
  BucketId id{};
  id[0] = static_cast<std::uint8_t>(purpose);
  const auto put = [&id](std::uint8_t family, const auto& bytes, std::size_t count) {
    id[1] = family;
    std::copy_n(bytes.begin(), count, id.begin() + 2);
  };
  if (peer.is_v4()) {
    put(4, peer.to_v4().to_bytes(), 4);
  } else {
    put(6, peer.to_v6().to_bytes(), 8);
  }
  return id;
}

std::string peer_text(const boost::asio::ip::address& peer) {
  if (peer.is_v4()) return peer.to_string();
  auto bytes = peer.to_v6().to_bytes();
  std::fill(bytes.begin() + 8, bytes.end(), std::uint8_t{0});
  return boost::asio::ip::address_v6(bytes).to_string() + "/64";
}

}  // namespace cogos::stages
