#pragma once

#include <chrono>
#include <string_view>

#include "cogos/result.hpp"
#include "keys/keyring.hpp"
#include "keys/mint.hpp"
#include "keys/rotation_change.hpp"

namespace cogos::keys {

/// How long the old key of a rotation is admitted beside the new one, unless it expires earlier.
inline constexpr std::chrono::hours kRotationGrace{24};

/// Keys are kept for good, so a tenant can have only so many made: within 24 hours this many for each key
/// that the operator issued to it.
inline constexpr std::size_t kMostRotations = 20;

/// By which the repetition of a rotation is known: SHA-256 over the old key's id and the client's
/// Idempotency-Key.
[[nodiscard]] ByteArray<32> rotation_request(std::string_view old_key_id, std::string_view idempotency_key);

/// What a rotation of `old`, a record of `snapshot`, would change now: `fresh` is not made yet. `request` is
/// the rotation_request() where the client gave an Idempotency-Key. Fails with
///  - the refusal() of a key that is not admitted any more,
///  - rotation_already_done where this same request was granted before; names that new key,
///  - conflict where the new key of an earlier rotation has been used; names it,
///  - rate_limit_exceeded beyond kMostRotations.
/// Looks at each key.
[[nodiscard]] Result<RotationChange> plan_rotation(const KeyringSnapshot& snapshot, const KeyRecord& old,
                                                   const std::optional<ByteArray<32>>& request,
                                                   TimePoint now);

/// The order for the new key of `old`: the same tenant, app, label, tier, package, scheme, audit content,
/// expiry and sealing key.
[[nodiscard]] KeyOrder order_like(const KeyRecord& old);

}  // namespace cogos::keys
