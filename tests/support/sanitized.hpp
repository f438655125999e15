#pragma once

namespace cogos::test {

/// Whether this is built with AddressSanitizer or ThreadSanitizer: their allocators do not count for
/// mallinfo, their mlock does nothing, and everything takes many times as long.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
inline constexpr bool kSanitized = true;
#else
inline constexpr bool kSanitized = false;
#endif

}  // namespace cogos::test
