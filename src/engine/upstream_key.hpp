#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace cogos::engine {

/// The credential for a model server. Wiped on destruction and when moved from, not copyable, not printable,
/// not comparable with ==; reveal() is the only way out. This room may not use crypto::SecretText.
class UpstreamKey {
 public:
  /// No credential.
  UpstreamKey() = default;
  /// Throws std::runtime_error, without the key in it, where a byte is not visible ASCII: a line end would
  /// otherwise start a header of its own. `text` is wiped.
  explicit UpstreamKey(std::string text);
  UpstreamKey(const UpstreamKey&) = delete;
  UpstreamKey& operator=(const UpstreamKey&) = delete;
  UpstreamKey(UpstreamKey&& other) noexcept;
  UpstreamKey& operator=(UpstreamKey&& other) noexcept;
  ~UpstreamKey();

  [[nodiscard]] bool empty() const noexcept { return text_.empty(); }
  /// Dies with the key.
  [[nodiscard]] std::string_view reveal() const noexcept { return text_; }

  /// The printable part of `text`, for a log: cut after `limit` bytes, the key replaced by `[key]` wherever
  /// it occurs, every byte that is not printable ASCII by `?`.
  [[nodiscard]] std::string excerpt(std::string_view text, std::size_t limit = 300) const;

 private:
  std::string text_;
};

}  // namespace cogos::engine
