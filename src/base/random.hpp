#pragma once

#include <cstdint>
#include <span>

namespace cogos {

/// Where unpredictable bytes come from. Implementations are safe to call from any thread.
class Random {
 public:
  Random() = default;
  Random(const Random&) = delete;
  Random& operator=(const Random&) = delete;
  virtual ~Random() = default;
  /// Fills `out` with bytes fit for keys and nonces. Does not fail: a source that cannot deliver ends the
  /// process, since no safe answer exists without it.
  virtual void fill(std::span<std::uint8_t> out) = 0;
};

}  // namespace cogos
