#include <algorithm>
#include <array>

#include "engine/builtin_text.hpp"

namespace cogos::engine::builtin {
namespace {

constexpr std::array<std::string_view, 129> kStopWords = {
    "a",      "about", "after", "all",    "also",  "am",      "an",   "and",    "any",    "are",   "as",
    "at",     "be",    "been",  "before", "being", "both",    "but",  "by",     "can",    "could", "did",
    "do",     "does",  "doing", "during", "each",  "for",     "from", "had",    "has",    "have",  "having",
    "he",     "her",   "here",  "hers",   "him",   "his",     "how",  "i",      "if",     "in",    "into",
    "is",     "it",    "its",   "just",   "like",  "may",     "me",   "might",  "mine",   "more",  "most",
    "much",   "must",  "my",    "no",     "nor",   "not",     "of",   "off",    "on",     "once",  "only",
    "or",     "other", "our",   "ours",   "out",   "over",    "own",  "per",    "please", "shall", "she",
    "should", "so",    "some",  "such",   "than",  "that",    "the",  "their",  "theirs", "them",  "then",
    "there",  "these", "they",  "this",   "those", "through", "to",   "too",    "under",  "until", "up",
    "upon",   "us",    "very",  "via",    "was",   "we",      "were", "what",   "when",   "where", "which",
    "while",  "who",   "whom",  "whose",  "why",   "will",    "with", "within", "would",  "yes",   "yet",
    "you",    "your",  "yours", "s",      "t",     "re",      "ve",   "ll"};

constexpr std::array<std::string_view, 28> kEndings = {
    "ization", "ations", "ation", "ments", "ances", "ences", "ment", "ance", "ence", "ities",
    "ings",    "tion",   "able",  "ness",  "ions",  "ing",   "ity",  "ion",  "ery",  "ers",
    "ies",     "ed",     "es",    "er",    "ly",    "al",    "is",   "ure"};

/// Shorter than this, a stem says too little to tell words apart.
constexpr std::size_t kMinStem = 4;

bool ascii(std::string_view word) {
  return std::all_of(word.begin(), word.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

}  // namespace

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + ('a' - 'A'));
  }
  return out;
}

std::string stem(std::string_view word) {
  std::string out = lower(word);
  if (!ascii(out)) return out;
  if (out.size() > 2 && out.ends_with("'s")) out.resize(out.size() - 2);
  if (out.size() > 5 && out.ends_with("ies")) {
    out.resize(out.size() - 3);
    out += 'y';
  } else if (out.size() > 3 && out.ends_with('s') && !out.ends_with("ss") && !out.ends_with("us")) {
    out.pop_back();
  }
  for (int round = 0; round < 2; ++round) {
    for (const auto ending : kEndings) {
      if (out.size() >= ending.size() + kMinStem && out.ends_with(ending)) {
        out.resize(out.size() - ending.size());
        break;
      }
    }
  }
  if (out.size() > kMinStem && (out.ends_with('e') || out.ends_with('y'))) out.pop_back();
  const std::size_t n = out.size();
  if (n > kMinStem && out[n - 1] == out[n - 2] && out[n - 1] != 's' && out[n - 1] != 'l') out.pop_back();
  return out;
}

bool is_stop_word(std::string_view lower_word) {
  static const auto kSorted = [] {
    auto words = kStopWords;
    std::sort(words.begin(), words.end());
    return words;
  }();
  return std::binary_search(kSorted.begin(), kSorted.end(), lower_word);
}

}  // namespace cogos::engine::builtin
