#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "proof/audit_row.hpp"

namespace cogos::proof {

/// Which rows of a tenant a page holds. Both bounds hold where both are given.
struct AuditQuery {
  std::string tenant_id;
  std::optional<std::string> app_id;       ///< Nothing: all of the tenant's apps.
  std::optional<TimePoint> since;          ///< Rows made at this moment or later.
  std::optional<std::uint64_t> after_seq;  ///< Rows after this one; only with app_id.
  /// Rows at most. A page without after_seq goes beyond it rather than split the rows of one millisecond.
  std::uint32_t limit = 100;
  /// A page takes no further row once its rows have so many bytes: rows that seal whole bodies are large. The
  /// first row always fits, and the rows of one millisecond stay together here too.
  std::size_t max_bytes = std::size_t{8} << 20U;
};

struct StoredRow {
  std::string app_id;
  std::uint64_t seq = 0;
  TimePoint ts;
  std::string core;
  std::optional<std::string> sealed;
  std::string row_hash;
};

struct AuditPage {
  /// In seq order within an app; across apps by (ts, app_id, seq).
  std::vector<StoredRow> rows;
  /// Cores and envelopes of `rows` together.
  std::size_t bytes = 0;
  /// For each app with rows in the page: the row_hash stored for the row before its first one here; kNoHash
  /// where that is row 1.
  std::map<std::string, std::string> predecessors;
  /// No row that is written from now on can have a `ts` before this. A page whose last row is not before it
  /// may be followed by more rows of that same millisecond.
  TimePoint settled_before;
  /// Whether rows were left out because of `limit`.
  bool more = false;
};

/// The hash-chained log. Thread-safe.
class AuditLog {
 public:
  /// Called once, on a thread of the log's own, with the head that the append made.
  using Appended = std::function<void(Result<ChainHead>)>;
  using Remembered = std::function<void(Result<void>)>;
  using PageRead = std::function<void(Result<AuditPage>)>;

  AuditLog() = default;
  AuditLog(const AuditLog&) = delete;
  AuditLog& operator=(const AuditLog&) = delete;
  virtual ~AuditLog() = default;

  /// Success means durable: the row is on disk, fdatasync included, and survives a power cut. Rows of one
  /// chain get their seq in the order of the calls, and a `ts` never before the row ahead of them. Fails with
  /// overloaded where the queue is full, at once and on the caller's thread, or with audit_unavailable where
  /// the row could not be written; then it is not in the log and its seq is not used up.
  virtual void append(RowDraft draft, Appended done) = 0;

  /// Makes durable that this signature was accepted, for a request that owes no row; otherwise it goes with
  /// the row. Fails as append() does.
  virtual void remember(const SpentSignature& spent, Remembered done) = 0;

  /// The chain's last durable row; nothing where it has none. Cheap; no disk access.
  [[nodiscard]] virtual std::optional<ChainHead> head(const ChainId& chain) const = 0;
  /// All of a tenant's chains, by app.
  [[nodiscard]] virtual std::map<std::string, ChainHead> heads(std::string_view tenant_id) const = 0;

  /// Sees at least every row that was durable at the call. `done` runs on a thread of the log's own.
  virtual void read(AuditQuery query, PageRead done) = 0;

  /// Whether appends can succeed; false for good after a failure of the disk, and while it is nearly full.
  /// Asks the file system: about a microsecond.
  [[nodiscard]] virtual bool writable() const = 0;
};

}  // namespace cogos::proof
