#include "engine/token_bound.hpp"

#include <algorithm>

#include "engine/common_words.hpp"

namespace cogos::engine {
namespace {

constexpr std::uint64_t kAroundAll = 16;
constexpr std::uint64_t kAroundMessage = 8;
/// Chat templates may lay JSON out in lines: a line's end and its indentation for a number of one digit.
constexpr std::uint64_t kLaidOut = 2;
constexpr std::size_t kSpacesAToken = 8;
constexpr std::size_t kLettersAToken = 6;

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/// Whether a word may end before this character: not where a tokenizer takes it to the word, as the letters
/// of other scripts and an apostrophe.
bool ends_word(char c) {
  return static_cast<unsigned char>(c) < 0x80 && c != '\'';
}

std::size_t run_length(std::string_view text, std::size_t start, bool (*belongs)(char)) {
  std::size_t end = start;
  while (end < text.size() && belongs(text[end])) ++end;
  return end - start;
}

/// The letters of the common word that stands after the space at `at`; 0 where none does.
std::size_t common_word_after(std::string_view text, std::size_t at) {
  const std::size_t letters = run_length(text, at + 1, is_letter);
  const std::size_t end = at + 1 + letters;
  if (end < text.size() && !ends_word(text[end])) return 0;
  return is_common_word(text.substr(at + 1, letters)) ? letters : 0;
}

}  // namespace

std::uint64_t token_bound(std::string_view text) {
  // One for the space that some put before a text that has none.
  std::uint64_t total = text.empty() ? 0 : 1;
  for (std::size_t i = 0; i < text.size();) {
    if (text[i] != ' ') {
      ++total;
      ++i;
      continue;
    }
    const std::size_t spaces = run_length(text, i, [](char c) { return c == ' '; });
    if (spaces > 1) {
      total += 1 + spaces / kSpacesAToken;
      i += spaces;
    } else if (const std::size_t letters = common_word_after(text, i); letters > 0) {
      total += (letters + kLettersAToken - 1) / kLettersAToken;
      i += 1 + letters;
    } else {
      ++total;
      ++i;
    }
  }
  return total;
}

std::uint64_t prompt_token_bound(const InferenceRequest& request) {
  std::uint64_t total = kAroundAll;
  for (const Message& message : request.messages) {
    total += kAroundMessage + message.role.size() + token_bound(message.content);
    total += message.tool_call_id.size() + message.tool_name.size();
    for (const ToolCall& call : message.tool_calls) {
      total += kAroundMessage + call.id.size() + kLaidOut * (call.name.size() + call.arguments.size());
    }
  }
  if (const Json tools = upstream_tools(request); !tools.is_null()) {
    total += kAroundMessage + kLaidOut * base::canonical(tools).size();
  }
  if (request.schema)
    total += kAroundMessage + request.schema_name.size() + base::canonical(*request.schema).size();
  return total;
}

std::uint64_t prompt_token_bound(const EmbeddingRequest& request) {
  std::uint64_t total = kAroundAll;
  for (const std::string& input : request.inputs) total += kAroundMessage + token_bound(input);
  return total;
}

}  // namespace cogos::engine
