#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.hpp"

namespace cogos::base {

/// Lower-case hexadecimal.
[[nodiscard]] std::string to_hex(ByteView bytes);
/// Writes 2 * bytes.size() characters at `out`.
void to_hex(ByteView bytes, char* out) noexcept;
/// Exact inverse of to_hex: an even number of lower-case digits, nothing else.
[[nodiscard]] std::optional<std::vector<std::uint8_t>> from_hex(std::string_view text);

/// RFC 4648 §4, padded.
[[nodiscard]] std::string to_base64(ByteView bytes);
/// RFC 4648 §5, without padding.
[[nodiscard]] std::string to_base64url(ByteView bytes);
/// Strict: full padding, no white space, unused low bits zero, so each value has one accepted spelling.
[[nodiscard]] std::optional<std::vector<std::uint8_t>> from_base64(std::string_view text);
/// Strict and without padding.
[[nodiscard]] std::optional<std::vector<std::uint8_t>> from_base64url(std::string_view text);

/// from_hex / from_base64 into a fixed size; nothing where the length differs.
template <std::size_t N>
[[nodiscard]] std::optional<ByteArray<N>> fixed(const std::optional<std::vector<std::uint8_t>>& bytes) {
  if (!bytes || bytes->size() != N) return std::nullopt;
  ByteArray<N> out;
  std::copy(bytes->begin(), bytes->end(), out.begin());
  return out;
}

/// Decimal digits alone, without a sign, of a number up to `highest`.
[[nodiscard]] std::optional<std::uint64_t> parse_decimal(std::string_view text, std::uint64_t highest);

}  // namespace cogos::base
