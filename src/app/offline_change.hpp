#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/random.hpp"
#include "base/time.hpp"
#include "cogos/result.hpp"
#include "crypto/x25519.hpp"
#include "keys/operator_rows.hpp"
#include "proof/attestation.hpp"
#include "store/store.hpp"

namespace cogos::app {

/// What a command may not do without a store: fails with unreadable_input where `data_dir` holds none.
[[nodiscard]] Result<void> require_store(const std::string& data_dir);

/// What `_operator` rows are sealed to by the settings in this file; nothing without a file, or where it sets
/// none. Fails where the settings cannot be read. Throws as read_operator_sealing_key() does.
[[nodiscard]] Result<std::optional<crypto::X25519PublicKey>> sealing_key_of(
    const std::optional<std::string>& config_file);

/// For a change after which something is to be nowhere on the disk any more, once its store is closed: fails
/// with unreadable_input where the write-ahead log could not be emptied, because another program reads the
/// database. `then` says what is to be done once that is closed.
[[nodiscard]] Result<void> require_emptied_log(const std::string& data_dir, std::string_view then);

/// A change to the store of a stopped server, by a command: under an attestation key of its own, which the
/// `_operator` chain holds as it holds those of servers. Blocking; for one thread.
class OfflineChange {
 public:
  /// Records the key. Throws std::runtime_error where that cannot be made durable. The references must
  /// outlive it.
  OfflineChange(store::Store& store, const std::optional<crypto::X25519PublicKey>& sealing_key,
                const Clock& clock, Random& random);

  /// For the rows that say what was changed.
  [[nodiscard]] const keys::OperatorRows& rows() const noexcept { return rows_; }
  /// Records the key's end, by an event of that name. Fails with audit_unavailable.
  [[nodiscard]] Result<void> end(std::string event);

 private:
  store::Store& store_;
  const Clock& clock_;
  proof::AttestationSigner signer_;
  keys::OperatorRows rows_;
};

}  // namespace cogos::app
