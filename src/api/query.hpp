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
