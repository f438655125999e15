#pragma once

#include <string>
#include <string_view>

namespace cogos::http {

/// The Authorization field's value for a bearer token (RFC 6750 §2.1), made in one piece of memory: no copy
/// of the secret is left behind where a string grew. Whoever holds the value wipes it, as OutgoingRequest
/// does.
[[nodiscard]] inline std::string bearer(std::string_view secret) {
  constexpr std::string_view kScheme = "Bearer ";
  std::string value;
  value.reserve(kScheme.size() + secret.size());
  value.append(kScheme).append(secret);
  return value;
}

}  // namespace cogos::http
