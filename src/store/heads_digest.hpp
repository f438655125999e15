#pragma once

#include "crypto/hash.hpp"
#include "proof/audit_row.hpp"

namespace cogos::store {

/// One value over the heads of all chains, kept in `meta` apart from them: the exclusive or of the SHA-256 of
/// each chain's (tenant, app, height, head hash), so that an append changes it at a cost that does not depend
/// on the number of chains. It is no secret and binds nobody who recomputes it; see fsck.hpp.
class HeadsDigest {
 public:
  HeadsDigest() = default;
  explicit HeadsDigest(const crypto::Digest& value) : value_(value) {}

  /// Puts a head in, or takes it out again.
  void toggle(const proof::ChainId& chain, const proof::ChainHead& head);
  [[nodiscard]] const crypto::Digest& value() const noexcept { return value_; }

 private:
  crypto::Digest value_{};
};

}  // namespace cogos::store
