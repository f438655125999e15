// Answers without a schema: which sentences to quote.
#include <algorithm>
#include <unordered_set>
#include <vector>

#include "engine/builtin_extract.hpp"
#include "engine/builtin_text.hpp"

namespace cogos::engine::builtin {
namespace {

constexpr std::size_t kMaxSentences = 3;
constexpr std::size_t kMaxQuestionTerms = 64;
constexpr std::string_view kNothing =
    "This is the builtin extractive engine, which quotes the conversation and writes nothing of its own, and "
    "the "
    "conversation holds nothing to quote in answer.";

/// Rarity of a term that stands in `count` of `total` sentences, as an integer: 10 x log2(1 + total / count).
int rarity(std::size_t count, std::size_t total) {
  std::size_t ratio = 10 * (count == 0 ? 1 : 1 + total / count);
  int bits = 0;
  while (ratio > 1) {
    ratio /= 2;
    ++bits;
  }
  return 10 * bits;
}

struct Ranked {
  std::uint32_t sentence;
  int score;
};

}  // namespace

std::string quote_answer(std::span<const Message> messages) {
  std::size_t last = messages.size();
  for (std::size_t i = 0; i < messages.size(); ++i) {
    if (messages[i].role == "user") last = i;
  }
  if (last == messages.size()) return std::string(kNothing);
  // The question is the last message's last question or order, else its last sentence; the rest of the
  // message is text to quote from.
  const Document asked(messages[last].content);
  std::uint32_t question =
      asked.sentences().empty() ? 0 : static_cast<std::uint32_t>(asked.sentences().size() - 1);
  for (std::uint32_t s = 0; s < asked.sentences().size(); ++s) {
    if (asked.at(asked.sentences()[s].begin).instruction) question = s;
  }
  std::string text;
  for (const char* role : {"user", "system", "developer", "assistant"}) {
    for (std::size_t i = 0; i < messages.size(); ++i) {
      if (messages[i].role != role || i == last) continue;
      text += messages[i].content;
      text += '\n';
    }
    if (role != std::string_view("user")) continue;
    for (std::uint32_t s = 0; s < asked.sentences().size(); ++s) {
      if (s == question) continue;
      text += asked.text_of(asked.sentences()[s]);
      text += '\n';
    }
  }
  const Document document(std::move(text));
  std::vector<std::string> terms;
  if (!asked.sentences().empty()) {
    const Range range = asked.sentences()[question];
    for (std::uint32_t i = range.begin; i < range.end && terms.size() < kMaxQuestionTerms; ++i) {
      if (asked.at(i).kind == TokenKind::mark || is_stop_word(asked.lower_word(i))) continue;
      std::string term = stem(asked.word(i));
      if (std::find(terms.begin(), terms.end(), term) == terms.end()) terms.push_back(std::move(term));
    }
  }
  std::vector<int> scores(document.sentences().size(), 0);
  for (const auto& term : terms) {
    std::vector<std::uint32_t> holders;
    for (const std::uint32_t at : document.positions(term)) {
      const std::uint32_t sentence = document.at(at).sentence;
      if (holders.empty() || holders.back() != sentence) holders.push_back(sentence);
    }
    const int worth = rarity(holders.size(), document.sentences().size());
    for (const std::uint32_t sentence : holders) scores[sentence] += worth;
  }
  std::vector<Ranked> ranked;
  std::unordered_set<std::string_view> seen;
  for (std::uint32_t s = 0; s < scores.size(); ++s) {
    const Range range = document.sentences()[s];
    const bool quotable = scores[s] > 0 && !document.at(range.begin).instruction;
    if (quotable && seen.insert(document.text_of(range)).second) ranked.push_back({s, scores[s]});
  }
  if (ranked.empty()) return std::string(kNothing);
  std::stable_sort(ranked.begin(), ranked.end(),
                   [](const Ranked& a, const Ranked& b) { return a.score > b.score; });
  // A sentence that bears less than half as much as the best is no answer beside it.
  const int floor = (ranked.front().score + 1) / 2;
  std::erase_if(ranked, [floor](const Ranked& r) { return r.score < floor; });
  if (ranked.size() > kMaxSentences) ranked.resize(kMaxSentences);
  std::sort(ranked.begin(), ranked.end(),
            [](const Ranked& a, const Ranked& b) { return a.sentence < b.sentence; });
  std::string out;
  for (const auto& one : ranked) {
    if (!out.empty()) out += ' ';
    out += document.text_of(document.sentences()[one.sentence]);
  }
  return out;
}

}  // namespace cogos::engine::builtin
