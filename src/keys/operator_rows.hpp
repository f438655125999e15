#pragma once

#include <map>
#include <optional>
#include <string>

#include "base/random.hpp"
#include "crypto/x25519.hpp"
#include "keys/key_record.hpp"
#include "proof/attestation.hpp"
#include "proof/audit_row.hpp"

namespace cogos::keys {

/// Drafts the system's own rows. Those of the `_operator` chain are changes by the operator, and what happens
/// to the process itself, sealed to the operator's key where one is set; those in a customer's chain tell the
/// customer what happened to a key. Thread-safe.
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
  /// An event that concerns a key, in its own chain and sealed to it: `key.quarantined`. `detail` is for the
  /// customer's eyes and for everybody's who gets hold of the chain.
  [[nodiscard]] proof::RowDraft customer_event(const KeyRecord& key, std::string name, Detail detail) const;

 private:
  [[nodiscard]] proof::RowDraft draft(std::string_view request_id, Detail detail) const;

  const proof::AttestationSigner& signer_;
  Random& random_;
  std::optional<crypto::X25519PublicKey> sealing_key_;
};

}  // namespace cogos::keys
