#include "stages/answer_shelf.hpp"

#include <utility>

#include "base/wipe.hpp"
#include "crypto/aead.hpp"

namespace cogos::stages {
namespace {

/// What an answer takes beside its body, about.
constexpr std::size_t kOverhead = 1024;

Error gone() {
  return Error(ErrorCode::conflict,
               "the former request with this Idempotency-Key came to nothing that could be given again; send "
               "it once more")
      .with_retry_after(1);
}

Error too_long() {
  return Error(ErrorCode::conflict,
               "the former request with this Idempotency-Key was answered, at a length that is not kept; its "
               "row is in your log");
}

AnswerShelf::Found found_in(const std::shared_ptr<const AnswerShelf::Kept>& kept) {
  if (!kept) return too_long();
  return kept;
}

Result<crypto::LockedBuffer> new_key(Random& random) {
  auto key = crypto::LockedBuffer::allocate(crypto::kAeadKeyBytes);
  if (key) random.fill(key->reveal());
  return key;
}

std::span<const std::uint8_t, crypto::kAeadKeyBytes> view(const Result<crypto::LockedBuffer>& key) {
  return key->reveal().first<crypto::kAeadKeyBytes>();
}

}  // namespace

struct AnswerShelf::Kept {
  int status = 200;
  http::Headers headers;
  http::BodyStream::Tail tail;
  ByteArray<crypto::kAeadNonceBytes> nonce{};
  crypto::AeadBox body;
};

AnswerShelf::AnswerShelf(const Clock& clock, Random& random, Bounds bounds)
    : clock_(clock),
      random_(random),
      bounds_(bounds),
      under_way_(std::make_shared<http::Budget>(bounds.bytes_under_way)),
      key_(new_key(random)),
      hash_(random),
      entries_(16, SlotHash{hash_}) {}

Result<AnswerShelf::Standing> AnswerShelf::ask(const Question& question) {
  if (!key_) return key_.error();
  const std::lock_guard lock(mutex_);
  forget_old();
  const auto [found, fresh] = entries_.try_emplace(question.slot);
  Entry& entry = found->second;
  if (!fresh) return entry.request == question.request ? Standing::equal : Standing::other;
  entry.request = question.request;
  entry.key_id = question.key_id;
  return Standing::first;
}

void AnswerShelf::fetch(const Slot& slot, Waiter waiter) {
  Found answer = gone();
  {
    const std::lock_guard lock(mutex_);
    forget_old();
    const auto found = entries_.find(slot);
    if (found != entries_.end()) {
      if (!found->second.done) {
        found->second.waiters.push_back(std::move(waiter));
        return;
      }
      answer = found_in(found->second.kept);
    }
  }
  waiter(std::move(answer));
}

void AnswerShelf::keep(const Slot& slot, Answer answer) {
  settle(slot, &answer);
  base::wipe(answer.body);
}

void AnswerShelf::keep_fact(const Slot& slot) {
  settle(slot, nullptr);
}

void AnswerShelf::settle(const Slot& slot, const Answer* answer) {
  const std::shared_ptr<const Kept> kept = answer ? seal(slot, *answer) : nullptr;
  std::vector<Waiter> waiters;
  {
    const std::lock_guard lock(mutex_);
    const auto found = entries_.find(slot);
    if (found == entries_.end() || found->second.done) return;
    Entry& entry = found->second;
    waiters.swap(entry.waiters);
    entry.done = true;
    entry.kept = kept;
    entry.until = clock_.monotonic() + bounds_.kept_for;
    entry.bytes = kOverhead + (kept ? kept->body.ciphertext.size() : 0);
    Line& own = of_key_[entry.key_id];
    entry.in_all = all_.order.insert(all_.order.end(), slot);
    entry.in_key = own.order.insert(own.order.end(), slot);
    all_.bytes += entry.bytes;
    own.bytes += entry.bytes;
    make_room(std::string(entry.key_id));
  }
  for (const Waiter& waiter : waiters) waiter(found_in(kept));
}

void AnswerShelf::give_up(const Slot& slot) {
  std::vector<Waiter> waiters;
  {
    const std::lock_guard lock(mutex_);
    const auto found = entries_.find(slot);
    if (found == entries_.end() || found->second.done) return;
    waiters.swap(found->second.waiters);
    entries_.erase(found);
  }
  for (const Waiter& waiter : waiters) waiter(gone());
}

void AnswerShelf::sweep() {
  const std::lock_guard lock(mutex_);
  forget_old();
}

std::size_t AnswerShelf::size() const {
  const std::lock_guard lock(mutex_);
  return entries_.size();
}

std::shared_ptr<const AnswerShelf::Kept> AnswerShelf::seal(const Slot& slot, const Answer& answer) const {
  auto sealed = std::make_shared<Kept>();
  sealed->status = answer.status;
  sealed->headers = answer.headers;
  sealed->tail = answer.tail;
  random_.fill(sealed->nonce);
  sealed->body = crypto::aead_seal(view(key_), sealed->nonce, slot, as_bytes(answer.body));
  return sealed;
}

AnswerShelf::Answer AnswerShelf::open(const Slot& slot, const Kept& kept) const {
  Answer answer{kept.status, kept.headers, std::string(kept.body.ciphertext.size(), '\0'), kept.tail};
  const std::span<std::uint8_t> body(reinterpret_cast<std::uint8_t*>(answer.body.data()), answer.body.size());
  crypto::aead_open(view(key_), kept.nonce, slot, kept.body.ciphertext, kept.body.tag, body).value();
  return answer;
}

void AnswerShelf::make_room(const std::string& key_id) {
  const auto too_much = [](const Line& line, std::size_t answers, std::size_t bytes) {
    return line.order.size() > answers || line.bytes > bytes;
  };
  for (auto own = of_key_.find(key_id);
       own != of_key_.end() && too_much(own->second, bounds_.answers_of_key, bounds_.bytes_of_key);
       own = of_key_.find(key_id)) {
    forget(Slot(own->second.order.front()));
  }
  while (too_much(all_, bounds_.answers, bounds_.bytes)) forget(Slot(all_.order.front()));
}

/// Only what is done has its place in the lines.
void AnswerShelf::forget(const Slot& slot) {
  const auto found = entries_.find(slot);
  const Entry& entry = found->second;
  const auto own = of_key_.find(entry.key_id);
  all_.order.erase(entry.in_all);
  own->second.order.erase(entry.in_key);
  all_.bytes -= entry.bytes;
  own->second.bytes -= entry.bytes;
  if (own->second.order.empty()) of_key_.erase(own);
  entries_.erase(found);
}

void AnswerShelf::forget_old() {
  const auto now = clock_.monotonic();
  while (!all_.order.empty() && entries_.at(all_.order.front()).until <= now) {
    forget(Slot(all_.order.front()));
  }
}

}  // namespace cogos::stages
