#include "crypto/locked_buffer.hpp"

#include <sodium/core.h>
#include <sodium/utils.h>

namespace cogos::crypto {
namespace {

Error not_locked() {
  return Error(ErrorCode::overloaded,
               "no memory can be locked for the answer at the moment; try again shortly",
               "the process may not lock so much memory (RLIMIT_MEMLOCK)")
      .with_retry_after(1);
}

}  // namespace

Result<LockedBuffer> LockedBuffer::allocate(std::size_t size) {
  if (sodium_init() < 0) return not_locked();
  auto* bytes = static_cast<std::uint8_t*>(sodium_malloc(size));
  if (bytes == nullptr) return not_locked();
  LockedBuffer buffer(bytes, size);
  // sodium_malloc locks too, and goes on where that fails. A second lock of the same pages adds nothing.
  if (sodium_mlock(bytes, size) != 0) return not_locked();
  return buffer;
}

void LockedBuffer::Release::operator()(std::uint8_t* bytes) const noexcept {
  sodium_free(bytes);  // wipes and unlocks
}

}  // namespace cogos::crypto
