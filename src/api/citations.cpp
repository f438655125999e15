#include "api/citations.hpp"

#include <algorithm>
#include <set>

#include "base/encoding.hpp"

namespace cogos::api {
namespace {

/// Shorter ones are in any text.
constexpr std::size_t kShortestQuotation = 20;

std::set<std::size_t> marks_in(std::string_view text, std::size_t sources) {
  std::set<std::size_t> numbers;
  for (std::size_t at = text.find('['); at != std::string_view::npos; at = text.find('[', at + 1)) {
    const std::size_t end = text.find(']', at);
    if (end == std::string_view::npos) break;
    const auto number = base::parse_decimal(text.substr(at + 1, end - at - 1), sources);
    if (number && *number > 0) numbers.insert(static_cast<std::size_t>(*number));
  }
  return numbers;
}

/// Where the first sentence of `source` that the answer has ends in it.
std::size_t quotation_end(std::string_view answer, std::string_view source) {
  while (!source.empty()) {
    const std::size_t stop = source.find_first_of(".!?");
    const std::string_view sentence = source.substr(0, stop == std::string_view::npos ? stop : stop + 1);
    source.remove_prefix(sentence.size());
    source.remove_prefix(std::min(source.find_first_not_of(' '), source.size()));
    if (sentence.size() < kShortestQuotation) continue;
    if (const std::size_t at = answer.find(sentence); at != std::string_view::npos)
      return at + sentence.size();
  }
  return std::string_view::npos;
}

}  // namespace

CitedAnswer cite(std::string answer, const std::vector<engine::SearchHit>& sources) {
  std::set<std::size_t> numbers = marks_in(answer, sources.size());
  if (numbers.empty()) {
    for (std::size_t i = 0; i < sources.size(); ++i) {
      const std::size_t end = quotation_end(answer, sources[i].snippet);
      if (end == std::string::npos) continue;
      answer.insert(end, " [" + std::to_string(i + 1) + "]");
      numbers.insert(i + 1);
    }
  }
  return {std::move(answer), {numbers.begin(), numbers.end()}};
}

}  // namespace cogos::api
