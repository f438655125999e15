#include "stages/route_limit.hpp"

#include <algorithm>

#include "crypto/hash.hpp"
#include "http/router.hpp"
#include "stages/first_refusal.hpp"
#include "stages/peer_id.hpp"

namespace cogos::stages {
namespace {

/// What an address leaves free tells the routes apart.
BucketId bucket_of(const boost::asio::ip::address& peer, std::string_view pattern) {
  constexpr std::size_t kMark = 6;
  BucketId id = peer_id(peer, 'r');
  const crypto::Digest digest = crypto::sha256(as_bytes(pattern));
  std::copy_n(digest.begin(), kMark, id.end() - kMark);
  return id;
}

}  // namespace

Result<void> RouteLimitGate::pass(http::Exchange& exchange) {
  if (!exchange.route || exchange.route->per_peer_hour == 0 || exchange.fault) return {};
  const std::uint32_t per_hour = exchange.route->per_peer_hour;
  const BucketId id = bucket_of(exchange.peer, exchange.route->pattern);
  const Drawn drawn = buckets_.draw(id, per_hour, std::chrono::hours{1});
  if (drawn.granted) return {};
  return Error(ErrorCode::rate_limit_exceeded,
               "too many requests for this from this address: " + std::to_string(per_hour) +
                   " an hour are allowed; wait as Retry-After says")
      .with_retry_after(whole_seconds(drawn.wait));
}

}  // namespace cogos::stages
