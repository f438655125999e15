#include "cli/inputs.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <istream>
#include <system_error>

#include "base/line_end.hpp"

namespace cogos::cli {
namespace {

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  [[nodiscard]] int get() const noexcept { return fd_; }

 private:
  int fd_;
};

Error unreadable(const std::string& file, const std::string& why) {
  return {ErrorCode::unreadable_input, "cannot read " + file + ": " + why};
}

Error unreadable(const std::string& file, int error) {
  return unreadable(file, std::generic_category().message(error));
}

Error too_long(const std::string& file, std::size_t limit) {
  return unreadable(file, "it is longer than " + std::to_string(limit >> 10) + " KiB");
}

/// The room to start with: the file's own size, so that a buffer seldom moves, and never less than a key may
/// have, so that one with a key in it never does. One byte over the limit shows that a file is too long.
std::size_t first_capacity(int fd, std::size_t limit) {
  struct stat status {};
  std::size_t size = 0;
  if (::fstat(fd, &status) == 0 && status.st_size > 0) size = static_cast<std::size_t>(status.st_size);
  return std::min(limit, std::max(size, kMaxKeyFile)) + 1;
}

void make_room(std::string& out, std::size_t used, std::size_t limit) {
  if (used == out.size()) out.resize(std::min(limit + 1, std::max(out.capacity(), used * 2)));
}

}  // namespace

Result<void> Inputs::fill(const std::string& file, std::size_t limit, std::string& out) {
  if (file == "-") return fill_from_standard_input(limit, out);
  const Descriptor fd(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY));
  if (fd.get() < 0) return unreadable(file, errno);
  out.resize(first_capacity(fd.get(), limit));
  std::size_t used = 0;
  while (true) {
    make_room(out, used, limit);
    const ssize_t got = ::read(fd.get(), out.data() + used, out.size() - used);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return unreadable(file, errno);
    if (got == 0) break;
    used += static_cast<std::size_t>(got);
    if (used > limit) return too_long(file, limit);
  }
  out.resize(used);
  return {};
}

Result<void> Inputs::fill_from_standard_input(std::size_t limit, std::string& out) {
  if (standard_input_used_) {
    return unreadable("-", "standard input was read already; name a file for all but one of the inputs");
  }
  standard_input_used_ = true;
  out.resize(std::min(limit, kMaxKeyFile) + 1);
  std::size_t used = 0;
  while (true) {
    make_room(out, used, limit);
    in_.read(out.data() + used, static_cast<std::streamsize>(out.size() - used));
    used += static_cast<std::size_t>(in_.gcount());
    if (used > limit) return too_long("standard input", limit);
    if (in_.bad()) return unreadable("standard input", "the system reported an error");
    if (!in_) break;
  }
  out.resize(used);
  return {};
}

Result<std::string> Inputs::read(const std::string& file, std::size_t limit) {
  std::string text;
  const auto filled = fill(file, limit, text);
  if (!filled) return filled.error();
  return text;
}

Result<crypto::SecretText> Inputs::read_secret(const std::string& file) {
  std::string text;
  const auto filled = fill(file, kMaxKeyFile, text);
  // Handed over first, so that what was read before a failure is wiped too.
  crypto::SecretText secret(std::move(text));
  if (!filled) return filled.error();
  return secret;
}

Result<std::string> Inputs::read_word(const std::string& file) {
  auto text = read(file, kMaxKeyFile);
  if (!text) return text.error();
  const std::string word(without_line_end(*text));
  if (word.empty()) return unreadable(file, "it is empty");
  if (word.find_first_of(" \t\r\n") != std::string::npos) {
    return unreadable(file, "it must hold one token and nothing else");
  }
  return word;
}

bool is_hex64(std::string_view text) noexcept {
  return text.size() == 64 && text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

}  // namespace cogos::cli
