#pragma once

#include <atomic>

#include "proof/operator_log.hpp"
#include "store/heads.hpp"
#include "store/readers.hpp"
#include "store/writer.hpp"

namespace cogos::store {

/// The operators' view of the log, over the readers. Thread-safe.
class OperatorLog final : public proof::OperatorLog {
 public:
  OperatorLog(Writer& writer, Readers& readers, const Heads& heads)
      : writer_(writer), readers_(readers), heads_(heads) {}

  void usage(proof::UsageQuery query, std::function<void(Result<proof::UsagePage>)> done) override;
  void check_tails(std::function<void(Result<proof::TailCheck>)> done) override;
  [[nodiscard]] proof::LogHealth health() const override;

 private:
  Writer& writer_;
  Readers& readers_;
  const Heads& heads_;
  std::atomic<std::int64_t> last_checked_{0};  // chain
};

}  // namespace cogos::store
