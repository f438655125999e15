#include "app/operator_sealing_key.hpp"

#include <stdexcept>

#include "app/private_file.hpp"

namespace cogos::app {

std::optional<crypto::X25519PublicKey> read_operator_sealing_key(const std::string& path) {
  if (path.empty()) return std::nullopt;
  const auto pem = read_private_file(path).value();
  if (!pem) throw std::runtime_error("operator.sealing_key_file names " + path + ", which does not exist");
  // Written back with the line break that reading took off, since OpenSSL wants one.
  const auto key = crypto::X25519PublicKey::from_pem(std::string(pem->reveal()) + "\n");
  if (!key) throw std::runtime_error("operator.sealing_key_file: " + key.error().message());
  return *key;
}

}  // namespace cogos::app
