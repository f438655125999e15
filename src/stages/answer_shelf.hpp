#pragma once

#include <chrono>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/bytes.hpp"
#include "base/random.hpp"
#include "base/time.hpp"
#include "crypto/locked_buffer.hpp"
#include "crypto/short_hash.hpp"
#include "http/budget.hpp"
#include "http/message.hpp"

namespace cogos::stages {

/// The answers of calls that may be asked for again, for ten minutes and no longer. They are the customers',
/// so a body lies here encrypted (AES-256-GCM) under a key that only this process's locked memory has: what
/// the system might write to its swap is of no use. Bounded; the oldest answers go first, those of a key that
/// has many before those of others. Thread-safe.
class AnswerShelf {
 public:
  struct Bounds {
    std::chrono::seconds kept_for = std::chrono::minutes{10};
    std::size_t answers = 10'000;
    std::size_t bytes = std::size_t{32} << 20U;
    std::size_t answers_of_key = 1'000;
    std::size_t bytes_of_key = std::size_t{4} << 20U;
    std::size_t longest = std::size_t{1}
                          << 20U;  ///< Of a longer answer only the fact that it was given stays.
    std::size_t bytes_under_way = std::size_t{32} << 20U;  ///< Of bodies whose calls are not over yet.
  };

  using Slot = ByteArray<32>;

  /// A request as far as it can be recognised.
  struct Question {
    Slot slot{};              ///< Over the key and the client's name for the request.
    ByteArray<32> request{};  ///< Over what must be equal in an equal request.
    std::string key_id;
  };

  /// An answer that was given, before what was added to it for its exchange alone.
  struct Answer {
    int status = 200;
    http::Headers headers;
    std::string body;
    http::BodyStream::Tail tail;  ///< Empty for a body that did not come as a stream.
  };

  /// An answer as it lies here; see open().
  struct Kept;
  using Found = Result<std::shared_ptr<const Kept>>;
  using Waiter = std::function<void(Found)>;

  AnswerShelf(const Clock& clock, Random& random, Bounds bounds);
  AnswerShelf(const Clock& clock, Random& random) : AnswerShelf(clock, random, Bounds{}) {}

  enum class Standing : std::uint8_t {
    first,  ///< None came before; its place is taken, until keep() or give_up().
    equal,  ///< The same request came before: fetch() has its answer, perhaps later.
    other,  ///< Another request came before under this name.
  };
  /// Fails with overloaded where the system locks no memory for the key (RLIMIT_MEMLOCK): then nothing is
  /// kept.
  [[nodiscard]] Result<Standing> ask(const Question& question);

  /// Calls `waiter` once, on any thread, now or when the answer is there: with conflict where there is none
  /// that can be given again.
  void fetch(const Slot& slot, Waiter waiter);
  /// The answer in clear. Apart from fetch(), so that of many who wait each makes its copy when it goes on
  /// and not all of them at once.
  [[nodiscard]] Answer open(const Slot& slot, const Kept& kept) const;

  /// The answer of a first one.
  void keep(const Slot& slot, Answer answer);
  /// The first one was answered, but at such a length that the answer is not kept.
  void keep_fact(const Slot& slot);
  /// The first one came to nothing: the next one is a first one again.
  void give_up(const Slot& slot);

  /// Forgets what is too old.
  void sweep();
  [[nodiscard]] std::size_t size() const;
  [[nodiscard]] const Bounds& bounds() const noexcept { return bounds_; }
  [[nodiscard]] http::Budget& under_way() noexcept { return *under_way_; }

 private:
  using Order = std::list<Slot>;  // the oldest first
  struct Line {
    Order order;
    std::size_t bytes = 0;
  };
  struct Entry {
    ByteArray<32> request{};
    std::string key_id;
    std::vector<Waiter> waiters;
    bool done = false;
    std::shared_ptr<const Kept> kept;  // null for a fact alone
    std::chrono::steady_clock::time_point until;
    std::size_t bytes = 0;
    Order::iterator in_all;
    Order::iterator in_key;
  };
  struct SlotHash {
    const crypto::ShortHash& hash;
    std::size_t operator()(const Slot& slot) const noexcept { return hash(slot); }
  };

  void settle(const Slot& slot, const Answer* answer);
  [[nodiscard]] std::shared_ptr<const Kept> seal(const Slot& slot, const Answer& answer) const;
  void make_room(const std::string& key_id);
  void forget(const Slot& slot);
  void forget_old();

  const Clock& clock_;
  Random& random_;
  const Bounds bounds_;
  const std::shared_ptr<http::Budget> under_way_;
  const Result<crypto::LockedBuffer> key_;
  const crypto::ShortHash hash_;
  mutable std::mutex mutex_;
  std::unordered_map<Slot, Entry, SlotHash> entries_;
  Line all_;
  std::map<std::string, Line> of_key_;
};

}  // namespace cogos::stages
