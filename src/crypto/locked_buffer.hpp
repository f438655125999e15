#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include "cogos/result.hpp"

namespace cogos::crypto {

/// Memory for a secret that has to stay for a while: locked, so that it never lies in swap, left out of core
/// dumps, between pages that nobody may touch, wiped when it goes. Takes whole pages (four, one of them
/// locked, for up to about 4,000 bytes) and a few system calls. Move-only.
class LockedBuffer {
 public:
  /// Fails with overloaded where the system does not lock that much for this process (RLIMIT_MEMLOCK).
  [[nodiscard]] static Result<LockedBuffer> allocate(std::size_t size);

  /// The bytes themselves; the view dies with the buffer.
  [[nodiscard]] std::span<std::uint8_t> reveal() noexcept { return {bytes_.get(), size_}; }
  [[nodiscard]] std::span<const std::uint8_t> reveal() const noexcept { return {bytes_.get(), size_}; }

 private:
  struct Release {
    void operator()(std::uint8_t* bytes) const noexcept;
  };

  LockedBuffer(std::uint8_t* bytes, std::size_t size) : bytes_(bytes), size_(size) {}

  std::unique_ptr<std::uint8_t[], Release> bytes_;
  std::size_t size_;
};

}  // namespace cogos::crypto
