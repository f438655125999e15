#include "stages/peer_limit.hpp"

#include <algorithm>

#include "http/router.hpp"
#include "stages/body_hash.hpp"

namespace cogos::stages {
namespace {

BucketId bucket_of(const boost::asio::ip::address& peer, char purpose) {
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

std::uint32_t whole_seconds(std::chrono::nanoseconds wait) {
  return static_cast<std::uint32_t>(std::chrono::ceil<std::chrono::seconds>(wait).count());
}

/// Where the operators' routes do not exist, their paths are like any other.
bool is_for_operators(const http::Exchange& exchange) {
  if (!http::has_operators(exchange.surface)) return false;
  const bool listed = exchange.route != nullptr && exchange.route->realm == http::Realm::admin;
  return listed || http::is_under(exchange.request.path(), "/admin");
}

}  // namespace

Result<void> PeerLimitGate::draw(const BucketId& id, std::uint32_t per_minute) {
  if (per_minute == 0) return {};
  const Drawn drawn = buckets_.draw(id, per_minute);
  if (drawn.granted) return {};
  const std::uint32_t wait = whole_seconds(drawn.wait);
  return Error(ErrorCode::rate_limit_exceeded,
               "too many requests from this address: " + std::to_string(per_minute) +
                   " a minute are allowed; wait as Retry-After says")
      .with_retry_after(wait);
}

Result<void> PeerLimitGate::pass(http::Exchange& exchange) {
  auto passed = draw(bucket_of(exchange.peer, 'p'), limits_.peer_rpm);
  if (passed && is_for_operators(exchange)) {
    passed = draw(bucket_of(exchange.peer, 'a'), limits_.admin_peer_rpm);
  }
  if (passed) return {};
  exchange.request.body = {};
  exchange.request.body_complete = false;
  exchange.request_sha256 = sha256_of_body({});
  return passed;
}

}  // namespace cogos::stages
