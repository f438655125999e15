#include "stages/authorization.hpp"

#include <algorithm>

#include "crypto/hash.hpp"
#include "keys/mint.hpp"

namespace cogos::stages {

Result<Authorization> read_authorization(const http::Headers& headers) {
  const auto header = headers.find("Authorization");
  if (!header || headers.count("Authorization") != 1) {
    return Error(ErrorCode::missing_credentials,
                 "send one Authorization header: `Bearer sk-cogos-…` or `CogOS-Ed25519 keyId=…,sig=…,ts=…`");
  }
  const auto space = header->find(' ');
  auto rest = space == std::string_view::npos ? std::string_view{} : header->substr(space);
  rest.remove_prefix(std::min(rest.find_first_not_of(' '), rest.size()));
  return Authorization{header->substr(0, space), rest};
}

bool is_bearer(const Authorization& given) noexcept {
  return http::iequals(given.scheme, "Bearer") && !given.parameters.empty();
}

keys::KeyringSnapshot::Key find_bearer(const keys::Keyring& keyring, std::string_view key) {
  if (!keys::looks_like_bearer_key(key)) return nullptr;
  return keyring.snapshot()->by_bearer_hash(crypto::sha256(as_bytes(key)));
}

}  // namespace cogos::stages
