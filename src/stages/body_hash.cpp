#include "stages/body_hash.hpp"

#include "base/encoding.hpp"
#include "crypto/hash.hpp"

namespace cogos::stages {
namespace {

class Sha256BodyHash final : public http::BodyHash {
 public:
  void update(std::string_view piece) override { hash_.update(as_bytes(piece)); }
  std::string finish() override { return base::to_hex(hash_.finish()); }

 private:
  crypto::Sha256 hash_;
};

}  // namespace

std::string sha256_of_body(std::string_view body) {
  return crypto::sha256_hex(body);
}

std::unique_ptr<http::BodyHash> sha256_body_hash() {
  return std::make_unique<Sha256BodyHash>();
}

}  // namespace cogos::stages
