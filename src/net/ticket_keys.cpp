#include "net/ticket_keys.hpp"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>

#include <algorithm>
#include <cstring>

namespace cogos::net {
namespace {

int keys_index() {
  static const int index = SSL_CTX_get_ex_new_index(0, nullptr, nullptr, nullptr, nullptr);
  return index;
}

bool set_mac(EVP_MAC_CTX* mac, std::span<std::uint8_t> key) {
  char digest[] = "SHA256";
  const OSSL_PARAM parameters[] = {
      OSSL_PARAM_construct_octet_string(OSSL_MAC_PARAM_KEY, key.data(), key.size()),
      OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0), OSSL_PARAM_construct_end()};
  return EVP_MAC_CTX_set_params(mac, parameters) == 1;
}

}  // namespace

TicketKeys::TicketKeys(const Clock& clock, Random& random)
    : clock_(clock), random_(random), current_(make_key()) {}

TicketKeys::~TicketKeys() {
  OPENSSL_cleanse(&current_, sizeof current_);
  if (former_) OPENSSL_cleanse(&*former_, sizeof *former_);
}

void TicketKeys::serve(SSL_CTX* context) {
  SSL_CTX_set_ex_data(context, keys_index(), this);
  SSL_CTX_set_tlsext_ticket_key_evp_cb(context, on_ticket);
}

TicketKeys::Key TicketKeys::make_key() {
  Key key{};
  random_.fill(key.name);
  random_.fill(key.aes);
  random_.fill(key.hmac);
  key.made = clock_.monotonic();
  return key;
}

void TicketKeys::rotate_if_due() {
  const auto age = clock_.monotonic() - current_.made;
  if (age < kPeriod) return;
  if (former_) OPENSSL_cleanse(&*former_, sizeof *former_);
  former_ = current_;
  // Nobody saw a ticket under a key that fell out of use more than a period ago.
  if (age >= 2 * kPeriod) former_.reset();
  current_ = make_key();
}

TicketKeys::Key TicketKeys::sealing_key() {
  const std::lock_guard lock(mutex_);
  rotate_if_due();
  return current_;
}

std::optional<TicketKeys::Lookup> TicketKeys::opening_key(const unsigned char* name) {
  const std::lock_guard lock(mutex_);
  rotate_if_due();
  if (std::equal(current_.name.begin(), current_.name.end(), name)) return Lookup{current_, false};
  if (former_ && std::equal(former_->name.begin(), former_->name.end(), name)) return Lookup{*former_, true};
  return std::nullopt;
}

// The contract of SSL_CTX_set_tlsext_ticket_key_evp_cb(3): 1 go on, 2 go on and renew, 0 no such key, -1
// failed.
int TicketKeys::on_ticket(SSL* ssl, unsigned char* name, unsigned char* iv, EVP_CIPHER_CTX* cipher,
                          EVP_MAC_CTX* mac, int sealing) {
  auto* self = static_cast<TicketKeys*>(SSL_CTX_get_ex_data(SSL_get_SSL_CTX(ssl), keys_index()));
  Lookup found{};
  int result = 1;
  if (sealing == 1) {
    found.key = self->sealing_key();
    std::memcpy(name, found.key.name.data(), found.key.name.size());
    if (RAND_bytes(iv, EVP_MAX_IV_LENGTH) != 1) return -1;
    if (EVP_EncryptInit_ex(cipher, EVP_aes_256_cbc(), nullptr, found.key.aes.data(), iv) != 1) result = -1;
  } else {
    const auto known = self->opening_key(name);
    if (!known) return 0;
    found = *known;
    result = found.renew ? 2 : 1;
    if (EVP_DecryptInit_ex(cipher, EVP_aes_256_cbc(), nullptr, found.key.aes.data(), iv) != 1) result = -1;
  }
  if (!set_mac(mac, found.key.hmac)) result = -1;
  OPENSSL_cleanse(&found, sizeof found);
  return result;
}

}  // namespace cogos::net
