#include "app/private_file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "base/wipe.hpp"
#include "base/write_all.hpp"

namespace cogos::app {
namespace {

constexpr std::size_t kMaxSize = 64U << 10U;

Error failed(std::string what, const std::filesystem::path& path) {
  return {ErrorCode::unreadable_input, std::move(what) + " " + path.string() + ": " + std::strerror(errno)};
}

/// Closes whatever way the function ends.
struct Descriptor {
  int value;
  explicit Descriptor(int descriptor) : value(descriptor) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (value >= 0) ::close(value);
  }
};

}  // namespace

Result<std::optional<crypto::SecretText>> read_private_file(const std::filesystem::path& path) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.value < 0 && errno == ENOENT) return std::optional<crypto::SecretText>();
  if (file.value < 0) return failed("cannot open", path);
  std::string text(kMaxSize + 1, '\0');
  std::size_t size = 0;
  while (size < text.size()) {
    const ssize_t got = ::read(file.value, text.data() + size, text.size() - size);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return failed("cannot read", path);
    if (got == 0) break;
    size += static_cast<std::size_t>(got);
  }
  if (size > kMaxSize)
    return Error(ErrorCode::unreadable_input, path.string() + " is over 64 KiB: not a secret");
  while (size > 0 && (text[size - 1] == '\n' || text[size - 1] == '\r')) --size;
  std::optional<crypto::SecretText> secret(crypto::SecretText(text.substr(0, size)));
  base::wipe(text);
  return secret;
}

Result<void> write_private_file(const std::filesystem::path& path, std::string_view contents) {
  const Descriptor file(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (file.value < 0) return failed("cannot make", path);
  if (base::write_all(file.value, contents) != 0) return failed("cannot write", path);
  if (::fsync(file.value) != 0) return failed("cannot sync", path);
  return {};
}

}  // namespace cogos::app
