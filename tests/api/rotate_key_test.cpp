#include "api/rotate_key.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "base/json.hpp"
#include "cogos/canonical_json.hpp"
#include "crypto/hash.hpp"
#include "crypto/system_random.hpp"
#include "keys/mint.hpp"
#include "support/manual_clock.hpp"
#include "support/memory_audit_log.hpp"
#include "support/memory_key_store.hpp"
#include "support/run_task.hpp"

namespace cogos::api {
namespace {

class RotateKey : public ::testing::Test {
 protected:
  RotateKey() {
    api.add_routes(router);
    add_old(keys::Scheme::bearer);
  }

  /// The key that the calls are made with.
  void add_old(keys::Scheme scheme) {
    keys::KeyOrder order;
    order.tenant_id = "acme";
    order.package_id = "free";
    order.scheme = scheme;
    order.expires_at = clock.now() + std::chrono::hours{24 * 365};
    old = keys::mint(order, clock.now(), dek, random)->record;
    keyring.put(old);
  }
  Result<http::Response> rotate(const std::string& idempotency_key = {}, const std::string& body = {}) {
    http::Exchange exchange;
    exchange.id = "req-1";
    exchange.principal = keyring.snapshot()->by_id(old.key_id);
    exchange.request.method = "POST";
    exchange.request.target = "/v1/keys/rotate";
    exchange.request.body = body;
    exchange.request_sha256 = crypto::sha256_hex(body);
    if (!idempotency_key.empty()) exchange.request.headers.add("Idempotency-Key", idempotency_key);
    return test::run_task(router.find("POST", "/v1/keys/rotate").route->handler(exchange));
  }
  static Json body_of(const Result<http::Response>& response) {
    if (!response) {
      ADD_FAILURE() << response.error().message();
      return Json::object();
    }
    EXPECT_EQ(response->status, 201);
    EXPECT_TRUE(response->secret);
    EXPECT_EQ(canonicalize_json(response->body).value(), response->body);
    return base::parse_json(response->body).value();
  }
  static std::string id_in(const Result<http::Response>& response) {
    return body_of(response).at("key_id").get<std::string>();
  }
  static std::string named(const Error& error) {
    for (const auto& [name, value] : error.facts()) {
      if (name == "new_key_id") return std::get<std::string>(value);
    }
    return "(none)";
  }
  [[nodiscard]] keys::KeyringSnapshot::Key now(const std::string& key_id) const {
    return keyring.snapshot()->by_id(key_id);
  }
  void use(const std::string& key_id) {
    EXPECT_NE(now(key_id)->first_use->enter(), keys::FirstUse::Entry::refused);
  }
  [[nodiscard]] std::vector<Json> operator_events() const {
    std::vector<Json> details;
    for (const auto& row : log.rows(proof::kOperatorChain)) {
      details.push_back(base::parse_json(row).value().at("detail"));
    }
    return details;
  }

  test::ManualClock clock;
  crypto::SystemRandom random;
  keys::Dek dek = keys::Dek::from_hex(std::string(64, 'e')).value();
  keys::Keyring keyring{{}, keys::seed_packages()};
  proof::AttestationSigner signer{crypto::Ed25519PrivateKey::generate(random), "1.0.0+test"};
  test::MemoryAuditLog log{clock};
  test::MemoryKeyStore store{log};
  keys::OperatorRows operator_rows{signer, random, std::nullopt};
  bool lockable = true;
  keys::RotationAnswers answers{keyring, clock, [this](std::size_t size) -> Result<crypto::LockedBuffer> {
                                  if (!lockable) return Error(ErrorCode::overloaded, "not now");
                                  return crypto::LockedBuffer::allocate(size);
                                }};
  RotateKeyApi api{{store, keyring, answers, dek, operator_rows, clock, random}};
  http::Router router;
  keys::KeyRecord old;
};

TEST_F(RotateKey, GivesAKeyOfTheSameSchemeAndRecordsIt) {
  const auto response = rotate();
  const Json body = body_of(response);
  for (const char* name : {"key_id", "tenant_id", "tenant_type", "app_id", "tier", "package_id", "scheme",
                           "issued_at", "expires_at", "hmac_secret", "x25519_pubkey_pem", "warning",
                           "chain_head_after", "api_key", "rotated_from_key_id", "rotation_grace_until"}) {
    EXPECT_TRUE(body.contains(name)) << name;
  }
  EXPECT_EQ(body.at("rotated_from_key_id"), old.key_id);
  EXPECT_EQ(body.at("rotation_grace_until"), to_rfc3339(clock.now() + std::chrono::hours{24}));
  EXPECT_EQ(body.at("expires_at"), to_rfc3339(*old.expires_at));
  EXPECT_EQ(body.at("x25519_pubkey_pem"), old.sealing_key->pem());
  EXPECT_FALSE(body.contains("x25519_private_pem"));

  const auto fresh = keyring.snapshot()->by_bearer_hash(
      crypto::sha256(as_bytes(body.at("api_key").get_ref<const std::string&>())));
  ASSERT_TRUE(fresh);
  EXPECT_EQ(fresh->key_id, body.at("key_id"));
  EXPECT_EQ(as_text(dek.open_hmac(fresh->key_id, fresh->hmac_secret)->reveal()), body.at("hmac_secret"));
  EXPECT_EQ(keys::standing(*now(old.key_id), clock.now()), keys::Standing::grace);

  ASSERT_EQ(operator_events().size(), 1U);
  EXPECT_EQ(operator_events()[0], (Json{{"event", "key.rotated"},
                                        {"key_id", old.key_id},
                                        {"new_key_id", body.at("key_id")},
                                        {"tenant_id", "acme"},
                                        {"app_id", "_default"},
                                        {"rotation_grace_until", body.at("rotation_grace_until")}}));
  EXPECT_EQ(body.at("chain_head_after"), log.head(proof::kOperatorChain)->row_hash);
}

TEST_F(RotateKey, TakesTheCustomersOwnPublicKeys) {
  add_old(keys::Scheme::ed25519);
  const std::string signing = crypto::Ed25519PrivateKey::generate(random).public_key().pem();
  const std::string sealing = crypto::X25519PrivateKey::generate(random).public_key().pem();
  const Json own =
      body_of(rotate({}, base::canonical(Json{{"pubkey_pem", signing}, {"x25519_pubkey_pem", sealing}})));
  EXPECT_EQ(own.at("pubkey_pem"), signing);
  EXPECT_EQ(own.at("x25519_pubkey_pem"), sealing);
  EXPECT_FALSE(own.contains("private_pem"));
  const Json made = body_of(rotate());
  EXPECT_TRUE(made.contains("private_pem"));
  EXPECT_EQ(made.at("ed25519_key_id"), made.at("key_id"));
}

TEST_F(RotateKey, NamesWhatIsWrongWithABodyAndChangesNothing) {
  for (const auto& [body, param] : {std::pair{R"({"pubkey_pem":"x"})", "pubkey_pem"},
                                    std::pair{R"({"x25519_pubkey_pem":"x"})", "x25519_pubkey_pem"},
                                    std::pair{R"({"x25519_pubkey_pem":7})", "x25519_pubkey_pem"},
                                    std::pair{"[]", ""}, std::pair{"{", ""}}) {
    const auto refused = rotate("once", body);
    ASSERT_FALSE(refused) << body;
    EXPECT_EQ(refused.error().param(), param) << body;
    EXPECT_EQ(error_info(refused.error().code()).http_status, 400);
  }
  EXPECT_EQ(keyring.snapshot()->keys().size(), 1U);
  EXPECT_TRUE(operator_events().empty());
}

TEST_F(RotateKey, AnIdempotencyKeyIsVisibleAsciiOfABoundedLength) {
  for (const std::string& wrong :
       {std::string(256, 'x'), std::string("a b"), std::string("\xc3\xa4"), std::string("\x7f")}) {
    const auto refused = rotate(wrong);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code(), ErrorCode::invalid_request);
    EXPECT_EQ(refused.error().param(), "Idempotency-Key");
  }
  EXPECT_TRUE(rotate(std::string(255, '~')));
}

TEST_F(RotateKey, ASecondRotationReplacesAnUnusedKeyAndNoUsedOne) {
  const Json first = body_of(rotate());
  clock.advance(std::chrono::hours{1});
  const Json second = body_of(rotate());
  EXPECT_EQ(second.at("rotation_grace_until"), first.at("rotation_grace_until"));
  EXPECT_EQ(keys::standing(*now(first.at("key_id")), clock.now()), keys::Standing::revoked);
  EXPECT_EQ(operator_events().at(1).at("replaced_key_id"), first.at("key_id"));
  use(second.at("key_id"));
  const auto third = rotate();
  ASSERT_FALSE(third);
  EXPECT_EQ(third.error().code(), ErrorCode::conflict);
  EXPECT_EQ(named(third.error()), second.at("key_id"));
}

TEST_F(RotateKey, TheSameRequestHasTheSameBytesForTenMinutesAndThenAConflict) {
  const auto first = rotate("once");
  const std::string fresh = id_in(first);
  clock.advance(std::chrono::minutes{9});
  const auto again = rotate("once");
  ASSERT_TRUE(again);
  EXPECT_EQ(again->body, first->body);
  EXPECT_TRUE(again->secret);
  EXPECT_EQ(operator_events().size(), 1U) << "nothing was changed by it";
  const auto other_body = rotate("once", "{}");
  EXPECT_EQ(other_body.error().code(), ErrorCode::rotation_already_done);
  clock.advance(std::chrono::minutes{1});
  const auto late = rotate("once");
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().code(), ErrorCode::rotation_already_done);
  EXPECT_EQ(named(late.error()), fresh);
  EXPECT_NE(id_in(rotate("twice")), fresh) << "a fresh rotation replaces the key that was never used";
}

TEST_F(RotateKey, AFreshRotationWipesTheAnswerBeforeIt) {
  const std::string first = id_in(rotate("once"));
  rotate();
  EXPECT_EQ(answers.size(), 0U);
  const auto again = rotate("once");
  ASSERT_FALSE(again) << "its key is gone";
  EXPECT_EQ(again.error().code(), ErrorCode::rotation_already_done);
  EXPECT_EQ(named(again.error()), first);
}

TEST_F(RotateKey, IsRefusedBeforeAnythingIsChangedWhereNoMemoryCanBeLocked) {
  lockable = false;
  const auto refused = rotate("once");
  ASSERT_FALSE(refused);
  EXPECT_EQ(error_info(refused.error().code()).http_status, 503);
  EXPECT_EQ(keyring.snapshot()->keys().size(), 1U);
  EXPECT_TRUE(operator_events().empty());
  EXPECT_TRUE(rotate()) << "without an Idempotency-Key nothing is kept";
}

TEST_F(RotateKey, AnAnswerOfAnySizeCanBeKept) {
  keys::KeyOrder order;
  order.tenant_id = std::string(64, 't');
  order.app_id = std::string(64, 'a');
  order.tier = std::string(64, 'g');
  order.package_id = std::string(64, 'p');
  order.label = std::string(200, 'l');
  order.scheme = keys::Scheme::ed25519;
  order.expires_at = clock.now() + std::chrono::hours{48};
  old = keys::mint(order, clock.now(), dek, random)->record;
  keyring.put(old);
  const auto first = rotate("once");
  ASSERT_TRUE(first);
  EXPECT_LE(first->body.size(), keys::RotationAnswers::kLongest);
  EXPECT_EQ(rotate("once")->body, first->body);
}

TEST_F(RotateKey, OfTwinsAtTheSameTimeBothHaveTheSameAnswer) {
  std::string inner;
  store.before_rotation = [&] { inner = rotate("once")->body; };
  const auto outer = rotate("once");
  ASSERT_TRUE(outer) << outer.error().message();
  EXPECT_FALSE(inner.empty());
  EXPECT_EQ(outer->body, inner);
  EXPECT_EQ(keyring.snapshot()->keys().size(), 2U);
}

TEST_F(RotateKey, OfOthersAtTheSameTimeOneWinsAndTheOtherIsToldWhich) {
  std::string winner;
  store.before_rotation = [&] { winner = id_in(rotate("mine")); };
  const auto loser = rotate("yours");
  ASSERT_FALSE(loser);
  EXPECT_EQ(loser.error().code(), ErrorCode::conflict);
  EXPECT_EQ(named(loser.error()), winner);
  EXPECT_EQ(keys::standing(*now(winner), clock.now()), keys::Standing::active);
}

TEST_F(RotateKey, AUseThatComesFirstIsSeen) {
  const std::string first = id_in(rotate());
  store.before_rotation = [&] { use(first); };
  const auto refused = rotate();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code(), ErrorCode::conflict);
  EXPECT_EQ(named(refused.error()), first);
}

TEST_F(RotateKey, NobodyGetsANewKeyForOneThatIsTakenOutOfUseMeanwhile) {
  for (const bool quarantine : {true, false}) {
    add_old(keys::Scheme::bearer);
    const auto keys_before = keyring.snapshot()->keys().size();
    store.before_rotation = [&] {
      keyring.change(old.key_id, [&](keys::KeyRecord& key) {
        (quarantine ? key.quarantined_at : key.revoked_at) = clock.now();
      });
    };
    const auto refused = rotate("once");
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code(), quarantine ? ErrorCode::key_quarantined : ErrorCode::invalid_api_key);
    EXPECT_EQ(answers.size(), 0U);
    const auto& all = keyring.snapshot()->keys();
    ASSERT_EQ(all.size(), keys_before + 1);
    EXPECT_TRUE(all.back()->revoked_at);
    EXPECT_TRUE(store.load_keys().back().revoked_at) << "durably too";
    EXPECT_EQ(operator_events().back().at("event"), "key.revoked");
  }
}

TEST_F(RotateKey, AStoreThatFailsChangesNothing) {
  log.fail();
  const auto refused = rotate("once");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code(), ErrorCode::audit_unavailable);
  EXPECT_EQ(keyring.snapshot()->keys().size(), 1U);
  EXPECT_EQ(answers.size(), 0U);
}

TEST_F(RotateKey, ByManyThreadsWithOneIdempotencyKeyMakesOneKey) {
  std::vector<std::string> bodies(8);
  std::vector<std::jthread> threads;
  for (std::string& body : bodies) {
    threads.emplace_back([this, &body] {
      const auto response = rotate("once");
      body = response ? response->body : response.error().message();
    });
  }
  threads.clear();
  for (const std::string& body : bodies) EXPECT_EQ(body, bodies.front());
  EXPECT_EQ(keyring.snapshot()->keys().size(), 2U);
}

TEST_F(RotateKey, ByManyThreadsWithoutOneLeavesOneKeyInForce) {
  std::atomic<int> granted = 0;
  std::vector<std::jthread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&] { granted += rotate() ? 1 : 0; });
  }
  threads.clear();
  EXPECT_GE(granted, 1);
  int live = 0;
  const auto snapshot = keyring.snapshot();
  for (const auto& key : snapshot->keys()) {
    if (key->rotated_from_key_id && keys::is_admitted(keys::standing(*key, clock.now()))) ++live;
  }
  EXPECT_EQ(live, 1);
}

}  // namespace
}  // namespace cogos::api
