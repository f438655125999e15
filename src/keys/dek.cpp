#include "keys/dek.hpp"

#include <string>

#include "base/encoding.hpp"
#include "crypto/aead.hpp"

namespace cogos::keys {
namespace {

constexpr std::string_view kCheckContext = "cogos/dek/v1|check";
constexpr std::string_view kCheckText = "this store was made with this key";

std::string hmac_context(std::string_view key_id) {
  return "cogos/dek/v1|hmac|" + std::string(key_id);
}

}  // namespace

Result<Dek> Dek::from_hex(std::string_view hex) {
  auto bytes = base::from_hex(hex);
  if (!bytes || bytes->size() != 32) {
    return Error(ErrorCode::invalid_request,
                 "the DEK must be 64 lower-case hex characters; make one with `openssl rand -hex 32`");
  }
  crypto::Secret<32> key;
  std::copy(bytes->begin(), bytes->end(), key.reveal().begin());
  sodium_memzero(bytes->data(), bytes->size());
  return Dek(std::move(key));
}

SealedHmacSecret Dek::seal(std::string_view associated, ByteView plaintext, Random& random) const {
  SealedHmacSecret sealed;
  random.fill(sealed.nonce);
  auto box = crypto::aead_seal(key_.reveal(), sealed.nonce, as_bytes(associated), plaintext);
  sealed.ciphertext = std::move(box.ciphertext);
  sealed.tag = box.tag;
  return sealed;
}

SealedHmacSecret Dek::seal_hmac(std::string_view key_id, const HmacSecret& secret, Random& random) const {
  return seal(hmac_context(key_id), secret.reveal(), random);
}

Result<HmacSecret> Dek::open_hmac(std::string_view key_id, const SealedHmacSecret& box) const {
  HmacSecret secret;
  if (box.ciphertext.size() != secret.reveal().size()) {
    return Error(ErrorCode::internal, "the HMAC secret could not be opened",
                 "sealed secret of a wrong length");
  }
  const auto opened = crypto::aead_open(key_.reveal(), box.nonce, as_bytes(hmac_context(key_id)),
                                        box.ciphertext, box.tag, secret.reveal());
  if (!opened)
    return Error(ErrorCode::internal, "the HMAC secret could not be opened", opened.error().message());
  return secret;
}

SealedHmacSecret Dek::check_value(Random& random) const {
  return seal(kCheckContext, as_bytes(kCheckText), random);
}

Result<void> Dek::check_against(DekCheckStore& store, Random& random) const {
  const auto check = store.load_dek_check();
  if (!check) {
    store.save_dek_check(check_value(random));
    return {};
  }
  std::vector<std::uint8_t> text(check->ciphertext.size());
  const auto opened = crypto::aead_open(key_.reveal(), check->nonce, as_bytes(kCheckContext),
                                        check->ciphertext, check->tag, text);
  if (!opened || as_text(text) != kCheckText) {
    return Error(ErrorCode::invalid_request,
                 "this DEK is not the one that the data directory was made with; set COGOS_DEK_HEX or "
                 "COGOS_DEK_FILE to the former one");
  }
  return {};
}

}  // namespace cogos::keys
