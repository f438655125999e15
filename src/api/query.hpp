#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "cogos/result.hpp"

namespace cogos::api {

/// The parameters of a request's query, percent-decoded. Unknown ones are let pass.
class Query {
 public:
  /// The largest integer that JSON carries exactly.
  static constexpr std::uint64_t kMaxInteger = (std::uint64_t{1} << 53U) - 1;
  /// 9999-12-31T23:59:59.999Z in Unix milliseconds, the last moment that RFC 3339 can spell.
  static constexpr std::uint64_t kLastMoment = 253'402'300'799'999;

  /// Fails with invalid_request where the text is not a query (RFC 3986 §3.4), names a parameter twice, or
  /// decodes to something that is not UTF-8.
  [[nodiscard]] static Result<Query> parse(std::string_view text);

  /// Nothing where absent or empty.
  [[nodiscard]] std::optional<std::string> text(std::string_view name) const;
  /// Decimal digits only, at most `max`. Fails with invalid_request and names the parameter and its range.
  [[nodiscard]] Result<std::optional<std::uint64_t>> number(std::string_view name, std::uint64_t max) const;

 private:
  std::map<std::string, std::string, std::less<>> parameters_;
};

}  // namespace cogos::api
