#include "keys/rotation_answers.hpp"

#include <algorithm>

namespace cogos::keys {

Result<crypto::LockedBuffer> RotationAnswers::reserve() {
  const std::lock_guard lock(mutex_);
  auto room = allocate_(kLongest);
  while (!room && drop_oldest()) room = allocate_(kLongest);
  return room;
}

void RotationAnswers::publish(const std::string& old_key_id,
                              const std::function<std::optional<Answer>()>& make_known) {
  const std::lock_guard lock(mutex_);
  kept_.erase(old_key_id);
  if (auto answer = make_known()) keep(std::move(*answer));
}

void RotationAnswers::keep(Answer answer) {
  if (answer.body.size() > answer.room.reveal().size()) return;
  std::copy(answer.body.begin(), answer.body.end(), answer.room.reveal().begin());
  std::string old_key_id = answer.question.old_key_id;
  Kept kept{std::move(answer.question), std::move(answer.new_key_id), clock_.monotonic() + kKept,
            answer.body.size(), std::move(answer.room)};
  kept_.insert_or_assign(std::move(old_key_id), std::move(kept));
  if (kept_.size() > kMost) drop_oldest();
}

bool RotationAnswers::find(const Question& question, const std::function<void(std::string_view body)>& use) {
  const std::lock_guard lock(mutex_);
  const auto found = kept_.find(question.old_key_id);
  if (found == kept_.end()) return false;
  const Kept& kept = found->second;
  // Taken under the lock: an older snapshot might not know the new key yet.
  if (is_due(kept, *keyring_.snapshot())) {
    kept_.erase(found);
    return false;
  }
  if (kept.question.request != question.request || kept.question.body_sha256 != question.body_sha256) {
    return false;
  }
  use(as_text(kept.room.reveal().first(kept.length)));
  return true;
}

void RotationAnswers::sweep() {
  const std::lock_guard lock(mutex_);
  if (kept_.empty()) return;
  const auto snapshot = keyring_.snapshot();
  std::erase_if(kept_, [&](const auto& entry) { return is_due(entry.second, *snapshot); });
}

void RotationAnswers::clear() {
  const std::lock_guard lock(mutex_);
  kept_.clear();
}

std::size_t RotationAnswers::size() const {
  const std::lock_guard lock(mutex_);
  return kept_.size();
}

bool RotationAnswers::is_due(const Kept& kept, const KeyringSnapshot& snapshot) const {
  if (clock_.monotonic() >= kept.until) return true;
  const auto admitted = [&](const std::string& key_id) {
    const auto key = snapshot.by_id(key_id);
    return key && is_admitted(standing(*key, clock_.now()));
  };
  return !admitted(kept.question.old_key_id) || !admitted(kept.new_key_id);
}

bool RotationAnswers::drop_oldest() {
  const auto oldest = std::min_element(kept_.begin(), kept_.end(), [](const auto& a, const auto& b) {
    return a.second.until < b.second.until;
  });
  if (oldest == kept_.end()) return false;
  kept_.erase(oldest);
  return true;
}

}  // namespace cogos::keys
