#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "engine/live_search.hpp"

namespace cogos::api {

struct CitedAnswer {
  std::string text;
  std::vector<std::size_t> numbers;  ///< Of the sources that it cites, from 1, each once, ascending.
};

/// Which sources an answer cites. The marks `[n]` of the engine's count where there is a source n; an answer
/// without any that quotes a source word for word gets them here, behind the quotation. Pure.
[[nodiscard]] CitedAnswer cite(std::string answer, const std::vector<engine::SearchHit>& sources);

}  // namespace cogos::api
