#include "base/encoding.hpp"

#include <array>
#include <charconv>

namespace cogos::base {
namespace {

constexpr std::string_view kHexDigits = "0123456789abcdef";
constexpr std::string_view kBase64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::string_view kBase64Url = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

constexpr std::array<std::int8_t, 256> reverse(std::string_view alphabet) {
  std::array<std::int8_t, 256> table{};
  for (auto& entry : table) entry = -1;
  for (std::size_t i = 0; i < alphabet.size(); ++i) {
    table[static_cast<unsigned char>(alphabet[i])] = static_cast<std::int8_t>(i);
  }
  return table;
}

constexpr auto kHexValues = reverse(kHexDigits);
constexpr auto kBase64Values = reverse(kBase64);
constexpr auto kBase64UrlValues = reverse(kBase64Url);

std::string encode64(ByteView bytes, std::string_view alphabet, bool pad) {
  const std::size_t rest = bytes.size() % 3;
  const std::size_t symbols = bytes.size() / 3 * 4 + (rest == 0 ? 0 : rest + 1);
  // Filled with what stands where the text is padded; the symbols are written over it.
  std::string out(pad ? (symbols + 3) / 4 * 4 : symbols, '=');
  char* to = out.data();
  const auto put = [&to, alphabet](std::uint32_t group, std::size_t count) {
    for (unsigned shift = 18U; count > 0; --count, shift -= 6U) *to++ = alphabet[(group >> shift) & 63U];
  };
  std::size_t i = 0;
  for (; i + 3 <= bytes.size(); i += 3) {
    put((std::uint32_t{bytes[i]} << 16U) | (std::uint32_t{bytes[i + 1]} << 8U) | std::uint32_t{bytes[i + 2]},
        4);
  }
  if (rest == 1) put(std::uint32_t{bytes[i]} << 16U, 2);
  if (rest == 2) put((std::uint32_t{bytes[i]} << 16U) | (std::uint32_t{bytes[i + 1]} << 8U), 3);
  return out;
}

/// `text` without padding.
std::optional<std::vector<std::uint8_t>> decode64(std::string_view text,
                                                  const std::array<std::int8_t, 256>& values) {
  if (text.size() % 4 == 1) return std::nullopt;
  std::vector<std::uint8_t> out;
  out.reserve(text.size() / 4 * 3 + 2);
  std::uint32_t group = 0;
  unsigned bits = 0;
  for (const char c : text) {
    const std::int8_t value = values[static_cast<unsigned char>(c)];
    if (value < 0) return std::nullopt;
    group = (group << 6U) | static_cast<std::uint32_t>(value);
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      out.push_back(static_cast<std::uint8_t>((group >> bits) & 0xffU));
    }
  }
  // A second spelling of the same bytes would be a second valid token for one signature.
  if ((group & ((1U << bits) - 1U)) != 0) return std::nullopt;
  return out;
}

}  // namespace

void to_hex(ByteView bytes, char* out) noexcept {
  for (const std::uint8_t byte : bytes) {
    *out++ = kHexDigits[byte >> 4U];
    *out++ = kHexDigits[byte & 15U];
  }
}

std::string to_hex(ByteView bytes) {
  std::string out(bytes.size() * 2, '\0');
  to_hex(bytes, out.data());
  return out;
}

std::optional<std::vector<std::uint8_t>> from_hex(std::string_view text) {
  if (text.size() % 2 != 0) return std::nullopt;
  std::vector<std::uint8_t> out;
  out.reserve(text.size() / 2);
  for (std::size_t i = 0; i < text.size(); i += 2) {
    const int high = kHexValues[static_cast<unsigned char>(text[i])];
    const int low = kHexValues[static_cast<unsigned char>(text[i + 1])];
    if (high < 0 || low < 0) return std::nullopt;
    out.push_back(static_cast<std::uint8_t>(high * 16 + low));
  }
  return out;
}

std::string to_base64(ByteView bytes) {
  return encode64(bytes, kBase64, true);
}

std::string to_base64url(ByteView bytes) {
  return encode64(bytes, kBase64Url, false);
}

std::optional<std::vector<std::uint8_t>> from_base64(std::string_view text) {
  if (text.size() % 4 != 0) return std::nullopt;
  if (text.ends_with("==")) {
    text.remove_suffix(2);
  } else if (text.ends_with('=')) {
    text.remove_suffix(1);
  }
  return decode64(text, kBase64Values);
}

std::optional<std::vector<std::uint8_t>> from_base64url(std::string_view text) {
  return decode64(text, kBase64UrlValues);
}

std::optional<std::uint64_t> parse_decimal(std::string_view text, std::uint64_t highest) {
  std::uint64_t value = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (failure != std::errc{} || end != text.data() + text.size() || value > highest) return std::nullopt;
  return value;
}

}  // namespace cogos::base
