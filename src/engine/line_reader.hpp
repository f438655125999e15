#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "cogos/result.hpp"

namespace cogos::engine {

/// Longest line that is taken from a model server's stream.
inline constexpr std::size_t kMaxStreamLine = std::size_t{1} << 20U;

/// Cuts what arrives in any pieces into lines that end with LF or CR LF. Not thread-safe.
class LineReader {
 public:
  void add(std::string_view bytes) { unread_.append(bytes); }
  /// The next whole line without its end; nothing where it has not arrived yet. Fails with upstream_error
  /// once a line is longer than kMaxStreamLine.
  [[nodiscard]] Result<std::optional<std::string>> next();
  /// Whether all that arrived was given out.
  [[nodiscard]] bool empty() const noexcept { return taken_ == unread_.size(); }

 private:
  std::string unread_;
  std::size_t taken_ = 0;     // of unread_, given out
  std::size_t searched_ = 0;  // of unread_, without a line end
};

}  // namespace cogos::engine
