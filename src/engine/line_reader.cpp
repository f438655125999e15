#include "engine/line_reader.hpp"

#include <algorithm>

#include "engine/upstream.hpp"

namespace cogos::engine {

Result<std::optional<std::string>> LineReader::next() {
  const std::size_t end = unread_.find('\n', std::max(taken_, searched_));
  const std::size_t length = std::min(end, unread_.size()) - taken_;
  if (length > kMaxStreamLine) {
    return misshapen("has a line of more than " + std::to_string(kMaxStreamLine) + " bytes");
  }
  if (end == std::string::npos) {
    unread_.erase(0, taken_);
    taken_ = 0;
    searched_ = unread_.size();
    return std::optional<std::string>();
  }
  std::string line = unread_.substr(taken_, length);
  if (line.ends_with('\r')) line.pop_back();
  taken_ = end + 1;
  return std::optional(std::move(line));
}

}  // namespace cogos::engine
