#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "cogos/result.hpp"

namespace cogos::engine {

/// A `pattern` of a JSON Schema (ECMA-262 syntax, without look-around and back-references) that is safe to
/// run on text nobody vouches for: it is matched by a breadth-first automaton, so neither time nor stack
/// grows faster than pattern x subject. Immutable; safe to share between threads.
class SafePattern {
 public:
  static constexpr std::size_t kMaxPatternBytes = 512;
  /// The product of nested counted repetitions, `(a{30}){30}` being 900.
  static constexpr std::size_t kMaxRepetition = 1000;
  static constexpr std::size_t kMaxSubjectBytes = 4096;

  /// Refuses, saying why: a pattern over the limits, bad syntax, look-around, back-references, and an
  /// unbounded repetition of something that is itself only unbounded repetitions, such as `(a+)+`.
  [[nodiscard]] static Result<SafePattern> compile(const std::string& pattern);

  /// Unanchored search. A subject beyond kMaxSubjectBytes does not match.
  [[nodiscard]] bool search(std::string_view subject) const;

 private:
  struct Impl;
  explicit SafePattern(std::shared_ptr<const Impl> impl) : impl_(std::move(impl)) {}
  std::shared_ptr<const Impl> impl_;
};

/// Whether `pattern` is simple enough for std::regex's backtracking too, which valijson uses for
/// `patternProperties`: at most 64 bytes, at most two unbounded repetitions, none of them of a group.
[[nodiscard]] bool is_simple_pattern(std::string_view pattern) noexcept;

}  // namespace cogos::engine
