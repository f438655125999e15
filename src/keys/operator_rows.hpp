#pragma once

#include <map>
#include <optional>
#include <string>

#include "base/random.hpp"
#include "crypto/x25519.hpp"
#include "proof/attestation.hpp"
#include "proof/audit_row.hpp"

namespace cogos::keys {

/// Drafts rows of the `_operator` chain: changes by the operator, and what happens to the process itself.
/// Sealed to the operator's key where one is set. Thread-safe.
class OperatorRows {
 public:
  using Detail = std::map<std::string, std::string>;

  OperatorRows(const proof::AttestationSigner& signer, Random& random,
               std::optional<crypto::X25519PublicKey> sealing_key)
      : signer_(signer), random_(random), sealing_key_(std::move(sealing_key)) {}

  /// An event of the process: `attestation.key`, `server.stop`.
  [[nodiscard]] proof::RowDraft event(std::string name, Detail detail) const;
  /// A change by way of /admin. `detail` says what changed and holds no secret.
  [[nodiscard]] proof::RowDraft change(std::string method, std::string route, int http_status,
                                       std::string_view request_id, Detail detail) const;

 private:
  [[nodiscard]] proof::RowDraft draft(std::string_view request_id, Detail detail) const;

  const proof::AttestationSigner& signer_;
  Random& random_;
  std::optional<crypto::X25519PublicKey> sealing_key_;
};

}  // namespace cogos::keys
