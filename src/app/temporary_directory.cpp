#include "app/temporary_directory.hpp"

#include <sys/stat.h>

#include <cerrno>
#include <system_error>

#include "base/encoding.hpp"

namespace cogos::app {
namespace {

std::string random_name(const std::string& prefix, Random& random) {
  ByteArray<8> bytes;
  random.fill(bytes);
  return prefix + "-" + base::to_hex(bytes);
}

}  // namespace

TemporaryDirectory::TemporaryDirectory(const std::filesystem::path& parent, const std::string& prefix,
                                       Random& random)
    : path_(parent / random_name(prefix, random)) {
  if (::mkdir(path_.c_str(), S_IRWXU) != 0) {
    throw std::filesystem::filesystem_error("cannot make a directory", path_,
                                            std::error_code(errno, std::generic_category()));
  }
}

TemporaryDirectory::~TemporaryDirectory() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

}  // namespace cogos::app
