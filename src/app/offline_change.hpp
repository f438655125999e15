#pragma once

#include <memory>
#include <optional>
#include <string>

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

/// A stopped server's store, which a command has for itself. Blocking; for one thread.
class OfflineStore {
 public:
  /// Throws store::StoreError. The clock must outlive it.
  OfflineStore(std::string data_dir, const Clock& clock);
  OfflineStore(const OfflineStore&) = delete;
  OfflineStore& operator=(const OfflineStore&) = delete;

  [[nodiscard]] store::Store& get() noexcept { return *store_; }
  /// Closes it. All of it is in its one file then, and what was overwritten is nowhere any more. Fails with
  /// unreadable_input where the disk failed at any time since the start, or where another program has the
  /// database open, so that the write-ahead log cannot be emptied.
  [[nodiscard]] Result<void> close();

 private:
  std::string data_dir_;
  std::optional<Error> failed_;  // by the writer's thread, which close() ends
  std::unique_ptr<store::Store> store_;
};

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
