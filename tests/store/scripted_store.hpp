#pragma once

#include <filesystem>
#include <future>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "crypto/system_random.hpp"
#include "keys/mint.hpp"
#include "keys/operator_rows.hpp"
#include "store/disk_journal.hpp"
#include "store/store.hpp"
#include "support/manual_clock.hpp"

namespace cogos::store {

/// What the store answered that it had made durable.
struct Promise {
  std::size_t since = 0;  ///< The journal's length at that moment.
  proof::ChainId chain;
  proof::ChainHead head;
  std::string key_id = {};           ///< Issued or revoked with this row; else empty.
  std::string attestation_kid = {};  ///< Begun with this row; else empty.
};

/// All that a store is used for, always in the same order: two lives of one, each from its opening to its
/// closing, with rows of several chains, batches, keys issued and revoked with their `_operator` rows, large
/// rows, pages read, and checkpoints. Goes on to its end whatever fails, and notes what was promised.
class ScriptedStore {
 public:
  /// `journal` may be null; it must outlive this.
  ScriptedStore(StoreOptions options, const DiskJournal* journal);

  /// Every failure must be one that the ports document; else the test fails.
  void run(int lives = 2);

  [[nodiscard]] const std::vector<Promise>& promises() const noexcept { return promises_; }
  /// Times that the store reported that it failed.
  [[nodiscard]] int failures() const noexcept { return failures_; }

 private:
  using Head = Result<proof::ChainHead>;

  void live();
  void append_one_by_one();
  void append_a_batch();
  void change_keys();
  void read_a_page();
  proof::RowDraft draft(const proof::ChainId& chain, std::size_t text = 40);
  /// The callback that notes the promise and then tells the future.
  proof::AuditLog::Appended noting(Promise promise, std::future<Head>& answer);
  void append(const proof::ChainId& chain, std::size_t text = 40);

  StoreOptions options_;
  const DiskJournal* journal_;
  test::ManualClock clock_;
  crypto::SystemRandom random_;
  crypto::X25519PrivateKey customer_ = crypto::X25519PrivateKey::generate(random_);
  keys::Dek dek_ = keys::Dek::from_hex(std::string(64, '7')).value();
  std::unique_ptr<proof::AttestationSigner> signer_;
  std::unique_ptr<keys::OperatorRows> operator_rows_;
  std::unique_ptr<Store> store_;
  std::vector<Promise> promises_;  // added to on the writer's thread, one answer after another
  std::atomic<int> failures_ = 0;
};

/// Checks a store that nobody has open, by the system's own VFS: it opens, fsck finds nothing, each of the
/// first `count` promises is kept, keys agree with the rows that report them, and rows can be appended. What
/// is wrong, or nothing.
[[nodiscard]] std::optional<std::string> broken_promise(const std::filesystem::path& data_dir,
                                                        const std::vector<Promise>& promises,
                                                        std::size_t count);

}  // namespace cogos::store
