#include "http/idempotency_key.hpp"

#include <algorithm>

namespace cogos::http {

Result<std::optional<std::string>> read_idempotency_key(const Headers& headers) {
  constexpr std::string_view kName = "Idempotency-Key";
  constexpr std::size_t kLongest = 255;
  const auto value = headers.find(kName);
  if (!value) return std::optional<std::string>();
  const bool visible =
      std::all_of(value->begin(), value->end(), [](char c) { return c > ' ' && c < '\x7f'; });
  if (headers.count(kName) != 1 || value->empty() || value->size() > kLongest || !visible) {
    return Error(ErrorCode::invalid_request,
                 "Idempotency-Key must be there once, with 1 to 255 visible ASCII characters")
        .with_param(std::string(kName));
  }
  return std::optional(std::string(*value));
}

}  // namespace cogos::http
