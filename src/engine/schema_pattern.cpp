#include "engine/schema_pattern.hpp"

#include <algorithm>
#include <regex>
#include <utility>
#include <vector>

namespace cogos::engine {
namespace {

struct Quantifier {
  bool present = false;
  bool unbounded = false;
  bool optional = false;  // may match nothing
  std::size_t count = 1;  // copies that the automaton makes of the atom
};

/// Reads the quantifier at `i`, if there is one, and moves `i` past it.
Quantifier read_quantifier(std::string_view p, std::size_t& i) {
  Quantifier q;
  if (i >= p.size()) return q;
  if (p[i] == '*' || p[i] == '+' || p[i] == '?') {
    q.present = true;
    q.unbounded = p[i] != '?';
    q.optional = p[i] != '+';
    ++i;
  } else if (p[i] == '{') {
    std::size_t bound[2] = {0, 0};
    std::size_t which = 0;
    bool digits[2] = {false, false};
    for (++i; i < p.size() && p[i] != '}'; ++i) {
      if (p[i] == ',' && which == 0) which = 1;
      if (p[i] < '0' || p[i] > '9') continue;
      digits[which] = true;
      bound[which] =
          std::min<std::size_t>(bound[which] * 10 + static_cast<std::size_t>(p[i] - '0'), 1'000'000);
    }
    if (i < p.size()) ++i;
    q.present = true;
    q.unbounded = which == 1 && !digits[1];
    q.optional = bound[0] == 0;
    q.count = std::max<std::size_t>({bound[0], bound[1], 1});
  }
  if (q.present && i < p.size() && p[i] == '?') ++i;
  return q;
}

/// One group that is open: what its current alternative consists of.
struct Group {
  bool unbounded = false;  // the alternative holds an unbounded repetition
  bool mandatory = false;  // … and something that is not one
  bool loose = false;      // some alternative consists of repetitions only
  std::size_t widest = 1;  // greatest product of counts within
  void end_alternative() {
    loose = loose || (unbounded && !mandatory);
    unbounded = mandatory = false;
  }
};

/// Empty if the structure is fine, else what is wrong with it.
std::string structural_fault(std::string_view p) {
  std::vector<Group> open(1);
  bool in_class = false;
  for (std::size_t i = 0; i < p.size();) {
    const char c = p[i++];
    if (in_class) {
      if (c == '\\' && i < p.size()) ++i;
      if (c != ']') continue;
      in_class = false;
    } else if (c == '\\') {
      if (i >= p.size()) return "ends in a backslash";
      if (p[i] >= '1' && p[i] <= '9') return "has a back-reference, which is not supported";
      ++i;
    } else if (c == '[') {
      in_class = true;
      continue;
    } else if (c == '(') {
      if (i < p.size() && p[i] == '?') {
        if (i + 1 >= p.size() || p[i + 1] != ':')
          return "has a look-around or named group, which is not supported";
        i += 2;
      }
      open.emplace_back();
      if (open.size() > 32) return "nests groups too deep";
      continue;
    } else if (c == '|') {
      open.back().end_alternative();
      continue;
    } else if (c == '^' || c == '$') {
      continue;
    }
    Group inner;
    const bool closes = c == ')' && p[i - 1] == ')' && !in_class && (i < 2 || p[i - 2] != '\\');
    if (closes) {
      if (open.size() == 1) return "has an unmatched )";
      open.back().end_alternative();
      inner = open.back();
      open.pop_back();
    }
    const Quantifier q = read_quantifier(p, i);
    if (closes && q.unbounded && inner.loose) return "repeats a group that consists only of repetitions";
    Group& outer = open.back();
    const std::size_t width = q.count * (closes ? inner.widest : 1);
    outer.widest = std::max(outer.widest, width);
    if (width > SafePattern::kMaxRepetition) return "repeats too often";
    if (q.unbounded || (closes && inner.loose)) {
      outer.unbounded = true;
    } else if (!q.optional) {
      outer.mandatory = true;
    }
  }
  return open.size() > 1 || in_class ? "has an unclosed group or class" : "";
}

}  // namespace

struct SafePattern::Impl {
  std::regex regex;
};

Result<SafePattern> SafePattern::compile(const std::string& pattern) {
  const auto refuse = [](const std::string& why) { return Error(ErrorCode::invalid_request, why); };
  if (pattern.size() > kMaxPatternBytes) return refuse("is longer than 512 bytes");
  if (pattern.find('\0') != std::string::npos) return refuse("contains U+0000");
  if (auto fault = structural_fault(pattern); !fault.empty()) return refuse(fault);
  try {
    // __polynomial is libstdc++'s name for its breadth-first automaton; the default one backtracks, which is
    // exponential in the worst case and recurses once for each byte of the subject.
    constexpr auto kFlags = std::regex::ECMAScript | std::regex_constants::__polynomial;
    return SafePattern(std::make_shared<const Impl>(Impl{std::regex(pattern, kFlags)}));
  } catch (const std::exception&) {
    return refuse("is not a regular expression that this server can compile");
  }
}

bool SafePattern::search(std::string_view subject) const {
  if (subject.size() > kMaxSubjectBytes) return false;
  try {
    return std::regex_search(subject.begin(), subject.end(), impl_->regex);
  } catch (const std::exception&) {
    return false;
  }
}

bool is_simple_pattern(std::string_view pattern) noexcept {
  if (pattern.size() > 64) return false;
  int unbounded = 0;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    const char c = pattern[i];
    if (c == '\\') {
      ++i;
      continue;
    }
    const bool repeats = c == '*' || c == '+' || c == '{';
    if (!repeats) continue;
    if (i > 0 && pattern[i - 1] == ')') return false;
    ++unbounded;
  }
  return unbounded <= 2;
}

}  // namespace cogos::engine
