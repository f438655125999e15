#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string_view>

namespace cogos::fuzz {

/// The input as text; libFuzzer owns the bytes for the length of one run.
inline std::string_view text(const std::uint8_t* data, std::size_t size) noexcept {
  return {reinterpret_cast<const char*>(data), size};
}

/// Takes input apart field by field: what stands before the next newline; everything at the last one.
class Fields {
 public:
  explicit Fields(std::string_view input) noexcept : rest_(input) {}
  std::string_view next() noexcept {
    const auto end = rest_.find('\n');
    const auto field = rest_.substr(0, end);
    rest_ = end == std::string_view::npos ? std::string_view{} : rest_.substr(end + 1);
    return field;
  }
  [[nodiscard]] std::string_view rest() const noexcept { return rest_; }

 private:
  std::string_view rest_;
};

/// Ends the run with a crash that libFuzzer reports and keeps, where a property does not hold. assert() would
/// be gone from builds with NDEBUG.
inline void expect(bool holds, const char* property) noexcept {
  if (holds) return;
  std::fprintf(stderr, "property does not hold: %s\n", property);
  std::abort();
}

}  // namespace cogos::fuzz

/// libFuzzer's entry point; the name and the types are its.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);
