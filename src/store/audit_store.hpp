#pragma once

#include "proof/audit_log.hpp"
#include "store/heads.hpp"
#include "store/readers.hpp"
#include "store/settled_mark.hpp"
#include "store/spent_signatures.hpp"
#include "store/writer.hpp"

namespace cogos::store {

/// The audit log over the writer, the readers and the heads in memory. Thread-safe.
class AuditStore final : public proof::AuditLog {
 public:
  /// Before the writer's first job.
  AuditStore(Writer& writer, Readers& readers, const Heads& heads, SettledMark& mark, const Clock& clock)
      : writer_(writer),
        readers_(readers),
        heads_(heads),
        mark_(mark),
        clock_(clock),
        spent_(writer.database()) {}

  void append(proof::RowDraft draft, Appended done) override;
  void remember(const SpentSignature& spent, Remembered done) override;
  [[nodiscard]] std::optional<proof::ChainHead> head(const proof::ChainId& chain) const override;
  [[nodiscard]] std::map<std::string, proof::ChainHead> heads(std::string_view tenant_id) const override;
  void read(proof::AuditQuery query, PageRead done) override;
  [[nodiscard]] bool writable() const override { return writer_.writable(); }

 private:
  [[nodiscard]] proof::AuditPage settled_page(PageQuery& pages, const proof::AuditQuery& query);
  [[nodiscard]] TimePoint clock_after(TimePoint last) const;

  Writer& writer_;
  Readers& readers_;
  const Heads& heads_;
  SettledMark& mark_;
  const Clock& clock_;
  SpentSignatures spent_;  // on the writer's thread only
};

}  // namespace cogos::store
