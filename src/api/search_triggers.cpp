#include "api/search_triggers.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace cogos::api {
namespace {

/// The whole list; docs/search.md repeats it, and a test compares the two.
constexpr std::array<std::pair<std::string_view, std::string_view>, 34> kTriggers{{
    {"recent", "today"},        {"recent", "tonight"},        {"recent", "tomorrow"},
    {"recent", "yesterday"},    {"recent", "this week"},      {"recent", "this month"},
    {"recent", "this year"},    {"recent", "last week"},      {"recent", "last month"},
    {"recent", "right now"},    {"recent", "at the moment"},  {"recent", "latest"},
    {"recent", "newest"},       {"recent", "recent"},         {"recent", "recently"},
    {"recent", "current"},      {"recent", "currently"},      {"recent", "up to date"},
    {"news", "news"},           {"news", "headline"},         {"news", "headlines"},
    {"news", "breaking"},       {"figures", "price"},         {"figures", "prices"},
    {"figures", "stock price"}, {"figures", "weather"},       {"figures", "forecast"},
    {"figures", "score"},       {"figures", "exchange rate"}, {"asked", "search"},
    {"asked", "search for"},    {"asked", "look up"},         {"asked", "on the web"},
    {"asked", "online"},
}};

bool is_word_character(char c) {
  const auto u = static_cast<unsigned char>(c);
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || u >= 0x80;
}

std::string lower_case(std::string_view text) {
  std::string lower(text);
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; });
  return lower;
}

bool stands_alone(std::string_view text, std::size_t at, std::size_t size) {
  const bool before = at == 0 || !is_word_character(text[at - 1]);
  const bool after = at + size == text.size() || !is_word_character(text[at + size]);
  return before && after;
}

bool has_words(std::string_view text, std::string_view words) {
  for (std::size_t at = text.find(words); at != std::string_view::npos; at = text.find(words, at + 1)) {
    if (stands_alone(text, at, words.size())) return true;
  }
  return false;
}

/// A year from 2023 to 2099: later than what models have commonly learned.
std::optional<std::string> find_year(std::string_view text) {
  for (std::size_t at = text.find("20"); at != std::string_view::npos; at = text.find("20", at + 1)) {
    const std::string_view year = text.substr(at, 4);
    const bool digits = year.size() == 4 && year.find_first_not_of("0123456789") == std::string_view::npos;
    if (digits && year >= "2023" && stands_alone(text, at, 4)) return std::string(year);
  }
  return std::nullopt;
}

}  // namespace

std::optional<SearchTrigger> find_search_trigger(std::string_view question) {
  const std::string text = lower_case(question);
  for (const auto& [kind, words] : kTriggers) {
    if (has_words(text, words)) return SearchTrigger{kind, std::string(words)};
  }
  if (auto year = find_year(text)) return SearchTrigger{"year", std::move(*year)};
  return std::nullopt;
}

}  // namespace cogos::api
