#pragma once

#include <string_view>

#include "base/random.hpp"
#include "cogos/result.hpp"
#include "crypto/secret.hpp"
#include "keys/key_record.hpp"
#include "keys/key_store.hpp"

namespace cogos::keys {

/// 64 hex characters: the form in which a customer holds the secret, and the HMAC key itself.
using HmacSecret = crypto::Secret<64>;

/// The Data Encryption Key. Seals what must rest on disk; each use has associated data of its own, so a box
/// does not open in another's place. Thread-safe.
class Dek {
 public:
  explicit Dek(crypto::Secret<32> key) : key_(std::move(key)) {}
  /// 64 hex characters. The error does not repeat them.
  [[nodiscard]] static Result<Dek> from_hex(std::string_view hex);

  [[nodiscard]] SealedHmacSecret seal_hmac(std::string_view key_id, const HmacSecret& secret,
                                           Random& random) const;
  /// Opened for the moment of signing; about 0.2 µs. Fails with internal where the box was altered.
  [[nodiscard]] Result<HmacSecret> open_hmac(std::string_view key_id, const SealedHmacSecret& box) const;

  /// What check_against() recognises this DEK by.
  [[nodiscard]] SealedHmacSecret check_value(Random& random) const;

  /// Checks this DEK against the store's check value and writes one into a new store. Fails where the store
  /// was made with another DEK.
  [[nodiscard]] Result<void> check_against(DekCheckStore& store, Random& random) const;

 private:
  [[nodiscard]] SealedHmacSecret seal(std::string_view associated, ByteView plaintext, Random& random) const;

  crypto::Secret<32> key_;
};

}  // namespace cogos::keys
