#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.hpp"
#include "base/time.hpp"
#include "crypto/locked_buffer.hpp"
#include "keys/keyring.hpp"

namespace cogos::keys {

/// The answers of rotations that may be asked for again, in locked memory and nowhere else. Each holds a
/// key's secrets, so it goes after ten minutes at most: earlier with the next rotation of the old key, and
/// where one of its two keys is not admitted any more (see sweep()), and where there are too many.
/// Thread-safe.
class RotationAnswers {
 public:
  static constexpr std::chrono::minutes kKept{10};
  /// At most so many at once, the oldest goes; a page of 4 KiB locked for each.
  static constexpr std::size_t kMost = 256;
  /// The longest answer that is kept.
  static constexpr std::size_t kLongest = 4000;

  /// Stands for LockedBuffer::allocate.
  using Allocate = std::function<Result<crypto::LockedBuffer>(std::size_t)>;

  RotationAnswers(const Keyring& keyring, const Clock& clock,
                  Allocate allocate = &crypto::LockedBuffer::allocate)
      : keyring_(keyring), clock_(clock), allocate_(std::move(allocate)) {}

  /// One request to rotate `old_key_id` that can be recognised.
  struct Question {
    std::string old_key_id;
    ByteArray<32> request{};  ///< rotation_request()
    std::string body_sha256;  ///< Of the request's body: another one is another question.
  };

  /// Room for an answer, before there is one. Older answers make way where the system locks no more; fails
  /// with overloaded where that does not help.
  [[nodiscard]] Result<crypto::LockedBuffer> reserve();

  /// What is to be kept: a body of kLongest bytes at most (a longer one is not), and the room for it.
  struct Answer {
    Question question;
    std::string new_key_id;
    std::string_view body;
    crypto::LockedBuffer room;
  };
  /// Calls `make_known`, which shows the keyring a rotation of this key and may give its answer to be kept.
  /// For find() both happen at once: who took a snapshot with the new key in it, and asks then, finds the
  /// answer. Wipes the answer to the last rotation of this key.
  void publish(const std::string& old_key_id, const std::function<std::optional<Answer>()>& make_known);
  /// Calls `use` with the kept body where there is one for this question and both keys are still admitted.
  bool find(const Question& question, const std::function<void(std::string_view body)>& use);

  /// Wipes what is too old, and what belongs to a key that is not admitted any more.
  void sweep();
  /// Wipes all.
  void clear();
  [[nodiscard]] std::size_t size() const;

 private:
  struct Kept {
    Question question;
    std::string new_key_id;
    std::chrono::steady_clock::time_point until;
    std::size_t length = 0;
    crypto::LockedBuffer room;
  };
  [[nodiscard]] bool is_due(const Kept& kept, const KeyringSnapshot& snapshot) const;
  bool drop_oldest();
  void keep(Answer answer);

  const Keyring& keyring_;
  const Clock& clock_;
  const Allocate allocate_;
  mutable std::mutex mutex_;
  std::map<std::string, Kept> kept_;  // by the old key's id
};

}  // namespace cogos::keys
