#include "app/secret_source.hpp"

#include "app/private_file.hpp"

namespace cogos::app {

Result<crypto::SecretText> find_secret(const SecretSources& sources, const std::string& variable,
                                       const std::string& file_variable) {
  if (auto given = sources.take_secret(variable)) return std::move(*given);
  const auto path = sources.environment(file_variable);
  if (!path) return crypto::SecretText();
  auto text = read_private_file(*path);
  if (!text) return text.error();
  const auto useless = [&](const char* why) {
    return Error(ErrorCode::invalid_request, file_variable + " names " + *path + ", which " + why);
  };
  if (!*text) return useless("does not exist");
  if ((*text)->empty()) return useless("is empty");
  return std::move(**text);
}

Result<crypto::SecretText> find_dek(const SecretSources& sources, const std::string& name) {
  return find_secret(sources, name + "_HEX", name + "_FILE");
}

}  // namespace cogos::app
