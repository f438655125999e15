#pragma once

#include <memory>

#include "http/stage.hpp"
#include "stages/answer_shelf.hpp"

namespace cogos::stages {

/// Recognises a metered call that its client sends again under the same Idempotency-Key: the second one gets
/// the first one's answer, waiting for it where need be, and takes no quota, no inference and no row. The
/// same name with another request is 422 idempotency_key_reused. Names are the key's own: another key of the
/// tenant does not see them.
///
/// Before the quota, which a repetition does not use, and after all that says whether the caller may call.
/// Without the header it costs a look for it.
class IdempotencyGate final : public http::Gate {
 public:
  IdempotencyGate(const Clock& clock, Random& random)
      : shelf_(std::make_shared<AnswerShelf>(clock, random)) {}

  Result<void> pass(http::Exchange& exchange) override;

  /// Forgets what is too old; to be called now and then.
  void sweep() { shelf_->sweep(); }

 private:
  // Shared with the exchanges, which may outlast this.
  const std::shared_ptr<AnswerShelf> shelf_;
};

}  // namespace cogos::stages
