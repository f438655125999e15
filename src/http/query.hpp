#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "cogos/result.hpp"

namespace cogos::http {

/// The parameters of a request's query or form, percent-decoded. Unknown ones are let pass.
class Query {
 public:
  /// The largest integer that JSON carries exactly.
  static constexpr std::uint64_t kMaxInteger = (std::uint64_t{1} << 53U) - 1;
  /// 9999-12-31T23:59:59.999Z in Unix milliseconds, the last moment that RFC 3339 can spell.
  static constexpr std::uint64_t kLastMoment = 253'402'300'799'999;

  /// Fails with invalid_request where the text is not a query (RFC 3986 §3.4), names a parameter twice, or
  /// decodes to something that is not UTF-8.
  [[nodiscard]] static Result<Query> parse(std::string_view text);
  /// The same of a form's body (application/x-www-form-urlencoded), where `+` stands for a space.
  [[nodiscard]] static Result<Query> parse_form(std::string_view text);

  /// Nothing where absent or empty.
  [[nodiscard]] std::optional<std::string> text(std::string_view name) const;
  /// Decimal digits only, at most `max`. Fails with invalid_request and names the parameter and its range.
  [[nodiscard]] Result<std::optional<std::uint64_t>> number(std::string_view name, std::uint64_t max) const;

 private:
  static Result<Query> read(std::string terminated, std::string_view what);

  std::map<std::string, std::string, std::less<>> parameters_;
};

}  // namespace cogos::http
