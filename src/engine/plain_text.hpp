#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace cogos::engine {

/// A stranger's text as one line that means nothing but itself: without markup (`<…>`), with the five
/// predefined entities of XML read, without control, format and bidirectional characters (they could hide or
/// reorder what is shown), white space as single blanks, at most `limit` bytes, cut between code points.
/// `text` is valid UTF-8. Pure, linear.
[[nodiscard]] std::string plain_text(std::string_view text, std::size_t limit);

}  // namespace cogos::engine
