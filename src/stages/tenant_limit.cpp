#include "stages/tenant_limit.hpp"

#include <algorithm>

#include "crypto/hash.hpp"
#include "stages/first_refusal.hpp"
#include "stages/rate.hpp"

namespace cogos::stages {
namespace {

/// By a hash, since a name has up to 64 bytes. No two names share one: it would take 2^64 tenants.
BucketId bucket_of(std::string_view tenant_id) {
  const crypto::Digest digest = crypto::sha256(as_bytes(tenant_id));
  BucketId id{};
  std::copy_n(digest.begin(), id.size(), id.begin());
  return id;
}

}  // namespace

Result<void> TenantLimitGate::pass(http::Exchange& exchange) {
  if (!exchange.principal) return {};
  // From here on the tenant's limit is the one that counts, also where it has none.
  exchange.rate.reset();
  const auto snapshot = keyring_.snapshot();
  const auto per_minute = static_cast<std::uint32_t>(snapshot->package_of(*exchange.principal).rpm_limit);
  if (per_minute == 0) return {};
  const Drawn drawn = buckets_.draw(bucket_of(exchange.principal->tenant_id), per_minute);
  exchange.rate = standing(drawn, per_minute);
  if (drawn.granted) return {};
  return Error(ErrorCode::rate_limit_exceeded,
               "your package allows " + std::to_string(per_minute) +
                   " requests a minute for all keys of the tenant; wait as Retry-After says")
      .with_retry_after(whole_seconds(drawn.wait));
}

}  // namespace cogos::stages
