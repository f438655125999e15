#pragma once

#include <condition_variable>
#include <mutex>

#include "proof/audit_log.hpp"

namespace cogos::store {

/// Keeps the writer in the callback of a row of its own, so that what is submitted meanwhile queues up and is
/// one batch; where its row is refused, nothing is held. Must outlive the store's use of it: release it
/// before the store closes.
class HeldWriter {
 public:
  HeldWriter(proof::AuditLog& log, proof::RowDraft row) {
    log.append(std::move(row), [state = state_](const Result<proof::ChainHead>& head) {
      std::unique_lock lock(state->mutex);
      state->held = true;
      state->changed.notify_all();
      // A refusal may come on the caller's own thread, which must not wait for itself.
      if (head) state->changed.wait(lock, [&] { return state->released; });
    });
    std::unique_lock lock(state_->mutex);
    state_->changed.wait(lock, [this] { return state_->held; });
  }
  HeldWriter(const HeldWriter&) = delete;
  HeldWriter& operator=(const HeldWriter&) = delete;
  ~HeldWriter() { release(); }

  void release() {
    const std::lock_guard lock(state_->mutex);
    state_->released = true;
    state_->changed.notify_all();
  }

 private:
  struct State {
    std::mutex mutex;
    std::condition_variable changed;
    bool held = false;
    bool released = false;
  };
  std::shared_ptr<State> state_ = std::make_shared<State>();
};

}  // namespace cogos::store
