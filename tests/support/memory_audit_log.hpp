#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <vector>

#include "proof/audit_log.hpp"

namespace cogos::test {

/// An audit log in memory that builds real rows. It answers at once, on the caller's thread. Thread-safe.
class MemoryAuditLog final : public proof::AuditLog {
 public:
  explicit MemoryAuditLog(const Clock& clock) : clock_(clock) {}

  void append(proof::RowDraft draft, Appended done) override;
  void remember(const SpentSignature& spent, Remembered done) override;
  [[nodiscard]] std::optional<proof::ChainHead> head(const proof::ChainId& chain) const override;
  [[nodiscard]] std::map<std::string, proof::ChainHead> heads(std::string_view tenant_id) const override;
  void read(proof::AuditQuery query, PageRead done) override;
  [[nodiscard]] bool writable() const override { return !failure_; }

  /// From now on appends fail.
  void fail(Error error = Error(ErrorCode::audit_unavailable, "the audit log is down")) {
    failure_ = std::move(error);
  }
  /// The signatures that came with rows or alone, in the order of their coming.
  [[nodiscard]] std::vector<SpentSignature> spent_signatures() const {
    const std::lock_guard lock(mutex_);
    return spent_signatures_;
  }
  /// A chain's rows as GET /v1/audit gives them.
  [[nodiscard]] std::vector<std::string> rows(const proof::ChainId& chain) const;

 private:
  struct Row {
    proof::BuiltRow built;
    TimePoint ts;
  };
  const Clock& clock_;
  std::optional<Error> failure_;
  mutable std::mutex mutex_;
  std::map<proof::ChainId, std::vector<Row>> chains_;
  std::vector<SpentSignature> spent_signatures_;
};

}  // namespace cogos::test
