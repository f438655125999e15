#pragma once

#include <atomic>
#include <cstdint>

namespace cogos::keys {

/// Whether a key that came from a rotation has spoken yet. Until then a further rotation by the old key may
/// put another in its place, and of the two, the key's first request and its replacement, exactly one
/// happens. All records of one key share the object. Thread-safe; an atomic load once the use is durable.
class FirstUse {
 public:
  enum class Entry : std::uint8_t {
    admitted,
    /// Admitted, and it falls to the caller to have the use made durable and to report by settled().
    to_be_marked,
    refused,  ///< The key was replaced before it ever spoke.
  };
  /// For each request that the key is admitted with.
  [[nodiscard]] Entry enter() noexcept;
  /// Where the mark did not become durable, the key's next request is told to_be_marked again.
  void settled(bool durable) noexcept;

  /// Takes the key out of use, where it was never used; false where it was.
  [[nodiscard]] bool replace() noexcept;
  [[nodiscard]] bool used() const noexcept;

 private:
  enum class State : std::uint8_t { unused, replaced, used, marking, marked };
  std::atomic<State> state_{State::unused};
};

}  // namespace cogos::keys
