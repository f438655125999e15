#include "cogos/sealed_envelope.hpp"

#include <gtest/gtest.h>

#include <array>

#include "base/encoding.hpp"
#include "base/json.hpp"
#include "crypto/system_random.hpp"
#include "proof/sealed_envelope.hpp"
#include "support/vectors.hpp"

namespace cogos {
namespace {

/// Gives the vectors' ephemeral key, then their nonce.
class ScriptedRandom final : public Random {
 public:
  explicit ScriptedRandom(std::vector<std::uint8_t> bytes) : bytes_(std::move(bytes)) {}
  void fill(std::span<std::uint8_t> out) override {
    ASSERT_LE(used_ + out.size(), bytes_.size());
    std::copy_n(bytes_.begin() + static_cast<std::ptrdiff_t>(used_), out.size(), out.begin());
    used_ += out.size();
  }

 private:
  std::vector<std::uint8_t> bytes_;
  std::size_t used_ = 0;
};

std::string text(const Json& object, const char* name) {
  return object.at(name).get<std::string>();
}

TEST(SealedEnvelope, OpensKnownEnvelopes) {
  const Json vectors = test::load_vectors("sealed_envelope");
  for (const auto& known : vectors.at("cases")) {
    const auto opened = open_envelope(known.at("envelope").dump(), text(known, "customer_private_pem"),
                                      text(known, "tenant_id"), text(known, "app_id"), text(known, "ts"));
    ASSERT_TRUE(opened) << opened.error().message();
    EXPECT_EQ(base::to_hex(as_bytes(*opened)), text(known, "plaintext_hex"));
  }
}

TEST(SealedEnvelope, SealsToKnownEnvelopes) {
  const Json vectors = test::load_vectors("sealed_envelope");
  for (const auto& known : vectors.at("cases")) {
    auto script = base::from_hex(text(known, "ephemeral_private_hex") + text(known, "nonce_hex")).value();
    ScriptedRandom random(std::move(script));
    const auto recipient = crypto::X25519PublicKey::from_pem(text(known, "customer_public_pem")).value();
    const auto plaintext = base::from_hex(text(known, "plaintext_hex")).value();
    auto pending = proof::PendingSeal::prepare(recipient, std::string(as_text(plaintext)), random).value();
    const std::string envelope =
        std::move(pending).seal(text(known, "tenant_id"), text(known, "app_id"), text(known, "ts"));
    EXPECT_EQ(envelope, base::canonical(known.at("envelope")));
  }
}

TEST(SealedEnvelope, RefusesWhatMustFail) {
  const Json vectors = test::load_vectors("sealed_envelope");
  ASSERT_FALSE(vectors.at("must_fail").empty());
  for (const auto& known : vectors.at("must_fail")) {
    EXPECT_FALSE(open_envelope(known.at("envelope").dump(), text(known, "customer_private_pem"),
                               text(known, "tenant_id"), text(known, "app_id"), text(known, "ts")))
        << known.at("why");
  }
}

TEST(SealedEnvelope, OpensForTheRecipientAlone) {
  crypto::SystemRandom random;
  const auto owner = crypto::X25519PrivateKey::generate(random);
  const auto other = crypto::X25519PrivateKey::generate(random);
  auto pending = proof::PendingSeal::prepare(owner.public_key(), "{}", random).value();
  const std::string envelope = std::move(pending).seal("acme", "_default", "2026-01-01T00:00:00.000Z");
  const auto opened = [&](const crypto::X25519PrivateKey& key) {
    return open_envelope(envelope, key.reveal_pem().reveal(), "acme", "_default", "2026-01-01T00:00:00.000Z");
  };
  EXPECT_EQ(opened(owner).value(), "{}");
  EXPECT_FALSE(opened(other));
}

}  // namespace
}  // namespace cogos
