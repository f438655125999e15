#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace cogos::api {

/// Why a question is looked up without being told to: the kind of reason and the words that gave it.
struct SearchTrigger {
  std::string_view kind;  ///< `recent`, `news`, `figures`, `asked` or `year`.
  std::string words;      ///< As they stand in the question, in lower case.
};

/// The first trigger in the table (search_triggers.cpp) whose words the question has, as whole words and
/// without regard to ASCII case; nothing where it has none. Pure.
[[nodiscard]] std::optional<SearchTrigger> find_search_trigger(std::string_view question);

}  // namespace cogos::api
