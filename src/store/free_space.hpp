#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <functional>

namespace cogos::store {

/// What of a file system's room nothing new is written into, so that the log never meets a full disk in the
/// middle of a commit: a disk that is nearly full is refused while nothing is in doubt yet, and is taken
/// again once there is room. Thread-safe.
class FreeSpace {
 public:
  /// Gives the bytes that the file system has for this process.
  using Probe = std::function<std::uint64_t()>;
  /// Told of each change, with the bytes that are free, on the thread that noticed it. Must not throw.
  using Changed = std::function<void(bool enough, std::uint64_t free)>;

  /// `reserve` bytes are kept free; with 0 nothing is ever refused. `changed` may be empty.
  FreeSpace(Probe probe, std::uint64_t reserve, Changed changed);

  /// Whether so many bytes more leave the reserve alone. Asks the file system: about a microsecond.
  [[nodiscard]] bool has_room_for(std::uint64_t bytes);

 private:
  const Probe probe_;
  const std::uint64_t reserve_;
  const Changed changed_;
  std::atomic<bool> enough_{true};
};

/// By statvfs, for the file system of this directory. What cannot be asked counts as boundless: the write
/// itself will tell.
[[nodiscard]] FreeSpace::Probe free_bytes_of(const std::filesystem::path& directory);

}  // namespace cogos::store
