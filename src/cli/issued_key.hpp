#pragma once

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "base/json.hpp"
#include "cli/new_file.hpp"
#include "cogos/result.hpp"

namespace cogos::cli {

/// The members of an issued key that are shown this once; the files of SecretFiles have the same names.
inline constexpr std::array kSecretMembers{"api_key", "hmac_secret", "private_pem", "x25519_private_pem"};

/// The files that a new key's secrets go to. They are made before the key is asked for, since a secret that
/// finds no place to stay is lost.
class SecretFiles {
 public:
  /// Makes `directory` (0700) where there is none, and an empty file (0600) in it for each secret. Fails with
  /// unreadable_input, also where one of the files exists.
  [[nodiscard]] static Result<SecretFiles> prepare(const std::string& directory);

  /// Moves the secrets out of `issued` into the files and wipes them; a file without a secret goes away
  /// again. Gives the paths of those that stay.
  [[nodiscard]] Result<std::vector<std::string>> store(Json& issued);

 private:
  explicit SecretFiles(std::vector<NewFile> files) : files_(std::move(files)) {}
  std::vector<NewFile> files_;  ///< In the order of kSecretMembers.
};

/// What may be shown of an issued key whose secrets went to files: only members known to be public, so that a
/// secret that a later server adds does not slip through.
[[nodiscard]] Json public_part(const Json& issued);

}  // namespace cogos::cli
