#include "engine/schema_assertions.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace cogos::engine {
namespace {

bool digit(char c) {
  return c >= '0' && c <= '9';
}
bool alnum(char c) {
  return digit(c) || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z');
}

/// `shape` spells the text: 0 for a digit, x for a hexadecimal one, anything else for itself.
bool shaped(std::string_view text, std::string_view shape) {
  return text.size() == shape.size() &&
         std::equal(text.begin(), text.end(), shape.begin(), [](char c, char s) {
           if (s == '0') return digit(c);
           if (s == 'x') return digit(c) || ((c | 0x20) >= 'a' && (c | 0x20) <= 'f');
           return c == s;
         });
}

int two(std::string_view text, std::size_t at) {
  return (text[at] - '0') * 10 + (text[at + 1] - '0');
}

bool is_date(std::string_view text) {
  if (!shaped(text, "0000-00-00")) return false;
  const int year = two(text, 0) * 100 + two(text, 2);
  const int month = two(text, 5);
  const int day = two(text, 8);
  constexpr std::array<int, 12> kDays = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  if (month < 1 || month > 12 || day < 1) return false;
  const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
  return day <= kDays[static_cast<std::size_t>(month - 1)] + (month == 2 && leap ? 1 : 0);
}

bool is_time(std::string_view text) {
  if (text.size() < 9 || !shaped(text.substr(0, 8), "00:00:00")) return false;
  if (two(text, 0) > 23 || two(text, 3) > 59 || two(text, 6) > 60) return false;
  std::size_t at = 8;
  if (text[at] == '.') {
    const std::size_t start = ++at;
    while (at < text.size() && digit(text[at])) ++at;
    if (at == start) return false;
  }
  const std::string_view zone = text.substr(at);
  if (zone == "Z" || zone == "z") return true;
  if (zone.size() != 6 || (zone[0] != '+' && zone[0] != '-') || !shaped(zone.substr(1), "00:00"))
    return false;
  return two(zone, 1) <= 23 && two(zone, 4) <= 59;
}

bool is_email(std::string_view text) {
  const std::size_t at = text.find('@');
  if (at == std::string_view::npos || at == 0 || at > 64 || text.find('@', at + 1) != text.npos) return false;
  const std::string_view local = text.substr(0, at);
  const std::string_view domain = text.substr(at + 1);
  const auto local_ok = [](char c) {
    return alnum(c) || static_cast<unsigned char>(c) >= 0x80 ||
           std::string_view(".!#$%&'*+-/=?^_`{|}~").find(c) != std::string_view::npos;
  };
  const auto domain_ok = [](char c) {
    return alnum(c) || static_cast<unsigned char>(c) >= 0x80 || c == '-' || c == '.';
  };
  const auto dotted = [](std::string_view part) {
    return !part.empty() && part.front() != '.' && part.back() != '.' && part.find("..") == part.npos;
  };
  return dotted(local) && dotted(domain) && std::all_of(local.begin(), local.end(), local_ok) &&
         std::all_of(domain.begin(), domain.end(), domain_ok);
}

bool is_uri(std::string_view text) {
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos || colon == 0 || colon + 1 == text.size() || digit(text[0]))
    return false;
  const auto scheme = [](char c) { return alnum(c) || c == '+' || c == '-' || c == '.'; };
  const auto plain = [](char c) {
    return static_cast<unsigned char>(c) > ' ' && static_cast<unsigned char>(c) < 0x7F &&
           std::string_view("<>\"{}|\\^`").find(c) == std::string_view::npos;
  };
  return std::all_of(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(colon), scheme) &&
         std::all_of(text.begin(), text.end(), plain);
}

bool is_ipv4(std::string_view text) {
  int parts = 0;
  while (true) {
    const std::size_t end = std::min(text.find('.'), text.size());
    const std::string_view part = text.substr(0, end);
    if (part.empty() || part.size() > 3 || !std::all_of(part.begin(), part.end(), digit)) return false;
    if (part.size() > 1 && part[0] == '0') return false;
    if (std::stoi(std::string(part)) > 255) return false;
    ++parts;
    if (end == text.size()) return parts == 4;
    text.remove_prefix(end + 1);
  }
}

}  // namespace

std::uint64_t code_points(std::string_view text) noexcept {
  return static_cast<std::uint64_t>(std::count_if(
      text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

bool has_format(std::string_view format, std::string_view text) {
  if (format == "date") return is_date(text);
  if (format == "time") return is_time(text);
  if (format == "date-time") {
    return text.size() > 11 && is_date(text.substr(0, 10)) && (text[10] == 'T' || text[10] == 't') &&
           is_time(text.substr(11));
  }
  if (format == "email") return is_email(text);
  if (format == "uri") return is_uri(text);
  if (format == "uuid") return shaped(text, "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx");
  if (format == "ipv4") return is_ipv4(text);
  return true;
}

bool is_multiple(double number, double divisor) noexcept {
  const double quotient = number / divisor;
  if (!std::isfinite(quotient)) return false;
  return std::fabs(quotient - std::round(quotient)) <= 1e-9 && std::fabs(quotient) < 9e15;
}

Result<ScalarAssertions> ScalarAssertions::from(const Json& own) {
  ScalarAssertions out;
  out.weight_ = own.value("weight", std::size_t{1});
  if (own.contains("min_length")) out.min_length_ = own.at("min_length").get<std::uint64_t>();
  if (own.contains("max_length")) out.max_length_ = own.at("max_length").get<std::uint64_t>();
  if (own.contains("multiple_of")) out.multiple_of_ = own.at("multiple_of").get<double>();
  out.format_ = own.value("format", std::string());
  if (own.contains("pattern")) {
    auto compiled = SafePattern::compile(own.at("pattern").get<std::string>());
    if (!compiled) return compiled.error();
    out.pattern_ = std::move(*compiled);
  }
  return out;
}

std::string ScalarAssertions::judge(std::string_view text) const {
  if (min_length_ || max_length_) {
    const std::uint64_t length = code_points(text);
    if (min_length_ && length < *min_length_)
      return "is shorter than minLength " + std::to_string(*min_length_);
    if (max_length_ && length > *max_length_)
      return "is longer than maxLength " + std::to_string(*max_length_);
  }
  if (pattern_ && text.size() > SafePattern::kMaxSubjectBytes)
    return "is too long to be matched against a pattern";
  if (pattern_ && !pattern_->search(text)) return "does not match the pattern";
  if (!format_.empty() && !has_format(format_, text)) return "is not a valid " + format_;
  return {};
}

std::string ScalarAssertions::judge(double number) const {
  if (multiple_of_ && !is_multiple(number, *multiple_of_)) return "is not a multiple as multipleOf demands";
  return {};
}

}  // namespace cogos::engine
