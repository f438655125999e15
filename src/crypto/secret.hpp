#pragma once

#include <sodium/utils.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "base/bytes.hpp"
#include "base/wipe.hpp"

namespace cogos::crypto {

/// N bytes that must not outlive their use: wiped on destruction and when moved from, not copyable, not
/// printable, not comparable with ==. The only way in or out is reveal(), which a search finds.
template <std::size_t N>
class Secret {
 public:
  Secret() = default;
  Secret(const Secret&) = delete;
  Secret& operator=(const Secret&) = delete;
  Secret(Secret&& other) noexcept { take(other); }
  Secret& operator=(Secret&& other) noexcept {
    if (this != &other) take(other);
    return *this;
  }
  ~Secret() { sodium_memzero(bytes_.data(), N); }

  /// The bytes themselves; the view dies with the secret.
  [[nodiscard]] std::span<std::uint8_t, N> reveal() noexcept { return std::span<std::uint8_t, N>(bytes_); }
  [[nodiscard]] std::span<const std::uint8_t, N> reveal() const noexcept {
    return std::span<const std::uint8_t, N>(bytes_);
  }

 private:
  void take(Secret& other) noexcept {
    std::copy(other.bytes_.begin(), other.bytes_.end(), bytes_.begin());
    sodium_memzero(other.bytes_.data(), N);
  }

  ByteArray<N> bytes_{};
};

/// A secret whose length is known only at run time (a private PEM, an admin key). Same rules as Secret.
class SecretText {
 public:
  SecretText() = default;
  explicit SecretText(std::string text) noexcept : text_(std::move(text)) {}
  SecretText(const SecretText&) = delete;
  SecretText& operator=(const SecretText&) = delete;
  SecretText(SecretText&& other) noexcept { swap(other); }
  SecretText& operator=(SecretText&& other) noexcept {
    swap(other);
    return *this;
  }
  ~SecretText() { base::wipe(text_); }

  [[nodiscard]] std::string_view reveal() const noexcept { return text_; }
  [[nodiscard]] bool empty() const noexcept { return text_.empty(); }

 private:
  void swap(SecretText& other) noexcept { text_.swap(other.text_); }
  std::string text_;
};

/// Constant-time in the contents; the lengths are not secret.
[[nodiscard]] inline bool equal_secrets(ByteView a, ByteView b) noexcept {
  return a.size() == b.size() && sodium_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace cogos::crypto
