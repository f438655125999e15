#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/json.hpp"
#include "engine/schema_pattern.hpp"

namespace cogos::engine {

/// The assertions on one value that the validator checks without valijson, because valijson 1.0 throws on
/// `format` beside a non-string, counts characters up to the first U+0000, backtracks in `pattern`, and takes
/// the remainder of fractions by truncation.
class ScalarAssertions {
 public:
  /// From the member kOwnKeyword of a rewritten schema.
  static Result<ScalarAssertions> from(const Json& own);

  /// Empty if `text` satisfies them, else the reason.
  [[nodiscard]] std::string judge(std::string_view text) const;
  /// The same for a number.
  [[nodiscard]] std::string judge(double number) const;
  /// Steps that judging a value against the schema around it may take.
  [[nodiscard]] std::size_t weight() const noexcept { return weight_; }

 private:
  std::size_t weight_ = 1;
  std::optional<std::uint64_t> min_length_;
  std::optional<std::uint64_t> max_length_;
  std::optional<double> multiple_of_;
  std::optional<SafePattern> pattern_;
  std::string format_;
};

/// Unicode code points in valid UTF-8, as JSON Schema counts length.
[[nodiscard]] std::uint64_t code_points(std::string_view text) noexcept;

/// Whether `text` has the named JSON Schema format; true for formats that are not checked.
[[nodiscard]] bool has_format(std::string_view format, std::string_view text);

/// Whether `number` is a multiple of `divisor` > 0, as far as the decimals that doubles stand for can tell.
[[nodiscard]] bool is_multiple(double number, double divisor) noexcept;

}  // namespace cogos::engine
