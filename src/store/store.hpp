#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/histogram.hpp"
#include "base/spent_signature.hpp"
#include "base/time.hpp"
#include "keys/attestation_keys.hpp"
#include "keys/entitlement_store.hpp"
#include "keys/key_store.hpp"
#include "keys/package_store.hpp"
#include "keys/usage_ledger.hpp"
#include "proof/audit_log.hpp"
#include "proof/operator_log.hpp"

namespace cogos::store {

class Pruner;
class Resealer;

struct StoreOptions {
  /// Made (0700) where it does not exist; its parent must.
  std::filesystem::path data_dir;
  /// Called once, on the writer's thread, after the disk failed: nothing can be written until a restart. The
  /// error is for the log. Must not throw and must not destroy the store.
  std::function<void(const Error&)> on_failure;

  /// Below so many free bytes on the data directory's file system, and what the log still has to write,
  /// nothing new is taken: changes fail with audit_unavailable and the log is not writable. With room again
  /// it goes on. 0: never.
  std::uint64_t min_free_bytes = 0;
  /// Called when that changes, on whatever thread noticed it, with the bytes that are free. Must not throw.
  std::function<void(bool enough, std::uint64_t free)> on_free_space;

  std::size_t max_queued_writes = 4096;  ///< Beyond it appends fail with overloaded, at once.
  std::size_t max_queued_reads = 1024;   ///< Beyond it reads fail with overloaded, at once.
  std::size_t max_batch = 256;           ///< Changes in one transaction.
  unsigned reader_threads = 2;
  /// The writer moves the write-ahead log into the database once it is longer than this many pages.
  /// Appends wait meanwhile, so often and short is better: at 4,096 the slowest hundredth of the calls of a
  /// busy server took half as long again as at 500, which costs no more processor time.
  int checkpoint_pages = 500;

  /// For tests: stands for the file system's free bytes; empty for the real ones.
  std::function<std::uint64_t()> free_bytes;
  std::string vfs;  ///< For tests: a SQLite VFS registered beforehand; empty for the default.
};

/// Readings for health checks and metrics, each correct by itself.
struct StoreStatus {
  bool writable = false;
  std::size_t queued_writes = 0;
  std::optional<TimePoint> last_commit;  ///< By the store's clock; nothing before the first one.
  std::uint64_t rows_written = 0;        ///< Durable since the start.
  std::uint64_t commits = 0;             ///< Transactions since the start.
  std::uint64_t rows_last_minute = 0;
  Histogram::Reading commit_changes;  ///< Changes in one transaction.
  Histogram::Reading commit_ns;       ///< Nanoseconds of one transaction, fdatasync included.
};

/// The durable state of one server in one SQLite file, `<data_dir>/cogos.db`, and the ports to it. One
/// process at a time has a data directory open (a lock on `<data_dir>/lock`); no other program may write to
/// the file meanwhile. Thread-safe.
///
/// Callbacks run on the store's own threads: they must not throw, and while one runs, that thread does
/// nothing else, so hand the outcome on and return. A change that is refused at once (queue full, store
/// failed or closed) is answered on the caller's thread.
///
/// When the disk fails in the middle of a commit, the callers get audit_unavailable although the rows of that
/// transaction may be found in the log after the restart: they were answered by nobody's receipt.
class Store {
 public:
  /// Opens the store, or makes it. Its cost depends on the number of chains, not of rows. Throws StoreError
  /// with a sentence for the operator: in use by another process, written by a newer version, not a store,
  /// a chain that does not end where it should. `clock` must outlive the store.
  Store(StoreOptions options, const Clock& clock);
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;
  /// As close().
  ~Store();

  /// The ports live as long as the store.
  [[nodiscard]] proof::AuditLog& audit_log() noexcept;
  [[nodiscard]] proof::OperatorLog& operator_log() noexcept;
  [[nodiscard]] keys::KeyStore& keys() noexcept;
  [[nodiscard]] keys::PackageStore& packages() noexcept;
  [[nodiscard]] keys::EntitlementStore& entitlements() noexcept;
  [[nodiscard]] keys::DekCheckStore& dek_check() noexcept;
  [[nodiscard]] keys::AttestationKeyStore& attestation_keys() noexcept;

  /// For `cogos prune`, which has the store for itself.
  [[nodiscard]] Pruner& pruner() noexcept;
  /// For `cogos dek rotate`, likewise.
  [[nodiscard]] Resealer& resealer() noexcept;

  /// The time of the newest durable row of any chain; nothing in a store without rows. Its cost depends on
  /// the number of chains.
  [[nodiscard]] std::optional<TimePoint> newest_row() const;

  /// The signatures that rows were made for and whose time is still good at `now`, in the order in which
  /// they were accepted. Blocking; for start-up. Throws StoreError.
  [[nodiscard]] std::vector<SpentSignature> spent_signatures(TimePoint now);
  /// What the rows of the month of the newest charged row are charged, by tenant, package and UTC day; for
  /// keys::UsageLedger. Blocking; some seconds for a million rows. Throws
  /// StoreError.
  [[nodiscard]] std::vector<keys::ChargedDay> charged_month();

  /// The cores of the newest rows of `_operator` with this route, oldest first; see read_operator_events().
  /// Blocking; for start-up. Throws StoreError.
  [[nodiscard]] std::vector<std::string> operator_events(std::string_view route, std::size_t most);

  [[nodiscard]] StoreStatus status() const;

  /// Takes nothing more, completes what is queued, reads included, and joins the threads. Idempotent. Heads
  /// can still be asked for afterwards. Not to be called from a callback.
  void close();

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace cogos::store
