#include "store/free_space.hpp"

#include <sys/statvfs.h>

#include <limits>
#include <utility>

namespace cogos::store {

FreeSpace::FreeSpace(Probe probe, std::uint64_t reserve, Changed changed)
    : probe_(std::move(probe)), reserve_(reserve), changed_(std::move(changed)) {}

bool FreeSpace::has_room_for(std::uint64_t bytes) {
  if (reserve_ == 0) return true;
  const std::uint64_t free = probe_();
  const bool enough = free >= reserve_ && free - reserve_ >= bytes;
  if (enough_.exchange(enough) != enough && changed_) changed_(enough, free);
  return enough;
}

FreeSpace::Probe free_bytes_of(const std::filesystem::path& directory) {
  return [path = directory.string()] {
    struct statvfs status {};
    if (::statvfs(path.c_str(), &status) != 0) return std::numeric_limits<std::uint64_t>::max();
    return std::uint64_t{status.f_bavail} * status.f_frsize;
  };
}

}  // namespace cogos::store
