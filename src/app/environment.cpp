#include "app/environment.hpp"

#include <sodium/utils.h>

#include <cstdlib>
#include <cstring>
#include <stdexcept>

#include "base/line_end.hpp"

namespace cogos::app {

std::optional<std::string> environment(const std::string& name) {
  const char* value = std::getenv(name.c_str());
  if (!value || *value == '\0') return std::nullopt;
  return std::string(value);
}

std::optional<crypto::SecretText> take_from_environment(const std::string& name) {
  char* value = std::getenv(name.c_str());
  if (!value || *value == '\0') return std::nullopt;
  crypto::SecretText secret{std::string(without_line_end(value))};
  sodium_memzero(value, std::strlen(value));
  ::unsetenv(name.c_str());
  if (secret.reveal().empty()) return std::nullopt;
  return secret;
}

crypto::SecretText take_required(const std::string& setting, const std::string& variable) {
  auto secret = take_from_environment(variable);
  if (!secret) throw std::runtime_error(setting + " names " + variable + ", which is not set");
  return std::move(*secret);
}

}  // namespace cogos::app
