#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstring>
#include <vector>

#include "base/json.hpp"

namespace cogos::base {
namespace {

/// ECMAScript Number::toString (ECMA-262 §6.1.6.1.20), which RFC 8785 §3.2.2.3 prescribes: std::to_chars
/// gives the same shortest digits and differs only in where it puts the point and the exponent.
void append_double(double value, std::string& out) {
  if (value == 0) {
    out += '0';
    return;
  }
  std::array<char, 32> buffer{};
  const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), std::fabs(value),
                                 std::chars_format::scientific)
                       .ptr;
  const std::string_view text(buffer.data(), static_cast<std::size_t>(end - buffer.data()));
  const std::size_t e = text.find('e');
  std::string digits(1, text[0]);
  if (e > 2) digits += text.substr(2, e - 2);
  int exponent = 0;
  const char* exponent_text = text.data() + e + (text[e + 1] == '+' ? 2 : 1);
  std::from_chars(exponent_text, end, exponent);

  if (value < 0) out += '-';
  const int point = exponent + 1;  // digits before the decimal point
  const int count = static_cast<int>(digits.size());
  if (point > 21 || point < -5) {
    out += digits[0];
    if (count > 1) out.append(1, '.').append(digits, 1);
    out += exponent < 0 ? "e-" : "e+";
    out += std::to_string(std::abs(exponent));
  } else if (point <= 0) {
    out.append("0.").append(static_cast<std::size_t>(-point), '0').append(digits);
  } else if (point >= count) {
    out.append(digits).append(static_cast<std::size_t>(point - count), '0');
  } else {
    out.append(digits, 0, static_cast<std::size_t>(point));
    out.append(1, '.').append(digits, static_cast<std::size_t>(point));
  }
}

constexpr std::int64_t kMaxExact = std::int64_t{1} << 53;

void append_number(const Json& value, std::string& out) {
  if (value.is_number_float()) return append_double(value.get<double>(), out);
  if (value.is_number_unsigned()) {
    const auto number = value.get<std::uint64_t>();
    if (number > static_cast<std::uint64_t>(kMaxExact))
      return append_double(static_cast<double>(number), out);
    out += std::to_string(number);
    return;
  }
  const auto number = value.get<std::int64_t>();
  if (number > kMaxExact || number < -kMaxExact) return append_double(static_cast<double>(number), out);
  out += std::to_string(number);
}

void append_object(const Json& value, std::string& out) {
  const auto& members = value.get_ref<const Json::object_t&>();
  std::vector<const Json::object_t::value_type*> order;
  order.reserve(members.size());
  for (const auto& member : members) order.push_back(&member);
  const auto less = [](const auto* a, const auto* b) { return utf16_less(a->first, b->first); };
  if (!std::is_sorted(order.begin(), order.end(), less)) std::sort(order.begin(), order.end(), less);
  char separator = '{';
  for (const auto* member : order) {
    out += separator;
    separator = ',';
    append_json_string(member->first, out);
    out += ':';
    append_canonical(member->second, out);
  }
  out += order.empty() ? "{}" : "}";
}

}  // namespace

bool utf16_less(std::string_view a, std::string_view b) noexcept {
  const auto [x, y] = std::mismatch(a.begin(), a.end(), b.begin(), b.end());
  if (x == a.end() || y == b.end()) return x == a.end() && y != b.end();
  // UTF-8 byte order is code point order. UTF-16 differs in one place: surrogates (0xD800..) stand for code
  // points from U+10000 (lead byte 0xF0 and up) and sort before U+E000..U+FFFF (lead bytes 0xEE and 0xEF).
  const auto rank = [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0xF0) return byte - 2;
    return byte >= 0xEE ? byte + 10 : static_cast<int>(byte);
  };
  return rank(*x) < rank(*y);
}

void append_json_string(std::string_view text, std::string& out) {
  constexpr std::string_view kHex = "0123456789abcdef";
  out += '"';
  std::size_t plain = 0;  // start of the run that needs no escape
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    if (c >= 0x20 && c != '"' && c != '\\') continue;
    out.append(text, plain, i - plain);
    plain = i + 1;
    switch (c) {
      case '"':
        out += "\\\"";
        break;
      case '\\':
        out += "\\\\";
        break;
      case '\b':
        out += "\\b";
        break;
      case '\f':
        out += "\\f";
        break;
      case '\n':
        out += "\\n";
        break;
      case '\r':
        out += "\\r";
        break;
      case '\t':
        out += "\\t";
        break;
      default:
        out += "\\u00";
        out += kHex[c >> 4U];
        out += kHex[c & 15U];
    }
  }
  out.append(text, plain);
  out += '"';
}

void append_canonical(const Json& value, std::string& out) {
  switch (value.type()) {
    case Json::value_t::null:
      out += "null";
      return;
    case Json::value_t::boolean:
      out += value.get<bool>() ? "true" : "false";
      return;
    case Json::value_t::string:
      append_json_string(value.get_ref<const std::string&>(), out);
      return;
    case Json::value_t::object:
      append_object(value, out);
      return;
    case Json::value_t::array: {
      out += '[';
      const char* separator = "";
      for (const auto& item : value) {
        out += separator;
        separator = ",";
        append_canonical(item, out);
      }
      out += ']';
      return;
    }
    default:
      append_number(value, out);
  }
}

std::string canonical(const Json& value) {
  std::string out;
  append_canonical(value, out);
  return out;
}

}  // namespace cogos::base

namespace cogos {

Result<std::string> canonicalize_json(std::string_view text) {
  auto value = base::parse_json(text);
  if (!value) return value.error();
  return base::canonical(*value);
}

}  // namespace cogos
