// The gate that finds out who speaks. Whoever gets through holds a key: here that is one bearer key and the
// signers of three requests whose signatures are among the seeds, so anything else that gets in was forged.
#include "crypto/hash.hpp"
#include "fuzz.hpp"
#include "http/router.hpp"
#include "stages/authenticate.hpp"
#include "support/manual_clock.hpp"

namespace {

using namespace cogos;

constexpr std::string_view kBearerKey = "sk-cogos-00112233445566778899aabbccddeeff";
constexpr std::int64_t kNow = 1763900000000;

/// A request of tests/vectors/request_signature.json: who signed it, and all that was signed but its time.
struct Signed {
  const char* key_id;
  const char* public_pem;
  const char* method;
  const char* target;
  const char* body;
};
constexpr Signed kSigned[] = {
    {"kid-a00b3315ffaedce5",
     "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEANN6rza04Pk+Ef9usY/bY9u/QxQKLSuuwTAv5aZYm8GA=\n-----END "
     "PUBLIC KEY-----\n",
     "GET", "/v1/audit?since=0&limit=10", ""},
    {"kid-b4d7f5f03356d1bc",
     "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEAkNueMtCZNYSwXN75DajlV+oJYLiE/CS3mN1P4bohSHQ=\n-----END "
     "PUBLIC KEY-----\n",
     "POST", "/v1/chat/completions", "{\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}"},
    {"kid-54dfb6cfe816a6c1",
     "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEAKS4QJmLQqGpqfvsvk1Lt+04NtJ+nAfrq4qql8w9BUXw=\n-----END "
     "PUBLIC KEY-----\n",
     "POST", "/v1/keys/rotate", "{}"},
};

keys::KeyRecord record(std::string id) {
  keys::KeyRecord key;
  key.key_id = std::move(id);
  key.tenant_id = "acme";
  key.issued_at = from_unix_ms(kNow - 1000);
  return key;
}

keys::Keyring make_keyring() {
  std::vector<keys::KeyRecord> all{record("bearer")};
  all.back().bearer_sha256 = crypto::sha256(as_bytes(kBearerKey));
  for (const Signed& request : kSigned) {
    all.push_back(record(request.key_id));
    all.back().scheme = keys::Scheme::ed25519;
    all.back().signing_key = crypto::Ed25519PublicKey::from_pem(request.public_pem).value();
  }
  return {std::move(all), keys::seed_packages()};
}

/// None of the keys here came from a rotation.
class NoFirstUses final : public keys::FirstUseLog {
 public:
  void mark_used(const std::string&, TimePoint, std::function<void(bool)>) override {
    fuzz::expect(false, "only keys that came from a rotation are marked");
  }
};

bool may_pass(const http::Exchange& exchange, std::string_view authorization) {
  const std::string& id = exchange.principal->key_id;
  if (id == "bearer") return authorization.ends_with(kBearerKey);
  for (const Signed& request : kSigned) {
    if (id == request.key_id) {
      return exchange.request.method == request.method && exchange.request.target == request.target &&
             exchange.request.body == request.body;
    }
  }
  return false;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using fuzz::expect;
  static const keys::Keyring keyring = make_keyring();
  static const test::ManualClock clock(from_unix_ms(kNow));
  static const http::Route route{
      .method = "POST", .pattern = "/v1/x", .realm = http::Realm::customer, .handler = {}};
  stages::ReplayCache replays(4);
  struct Unheeded final : stages::FailedProofs {
    void failed_proof(const boost::asio::ip::address& /*peer*/) override {}
  } failures;
  NoFirstUses first_uses;
  stages::AuthenticateGate gate(keyring, first_uses, clock, replays, failures);

  // METHOD, target, Authorization and the body, a line each.
  fuzz::Fields fields(fuzz::text(data, size));
  http::Exchange exchange;
  exchange.route = &route;
  exchange.request.method = fields.next();
  exchange.request.target = fields.next();
  const std::string authorization(fields.next());
  exchange.request.headers.add("Authorization", authorization);
  exchange.request.body = fields.rest();
  exchange.request_sha256 = crypto::sha256_hex(exchange.request.body);

  const auto passed = gate.pass(exchange);
  expect(!exchange.principal || exchange.principal == exchange.proven_key, "who speaks was proved");
  expect(!exchange.principal || may_pass(exchange, authorization), "nobody gets in without a key");
  if (!http::is_under(exchange.request.path(), "/v1")) {
    expect(passed && !exchange.principal, "outside /v1 nobody is asked");
    return 0;
  }
  expect(passed.has_value() == (exchange.principal != nullptr),
         "who is let in is known, who is not is refused");
  if (!passed) {
    expect(error_info(passed.error().code()).http_status == 401, "a refusal is a 401, never a 500");
    return 0;
  }
  // The same once more: a signature counts once where the method has effects.
  exchange.principal = exchange.proven_key = nullptr;
  const bool again = gate.pass(exchange).has_value();
  const bool safe = exchange.request.method == "GET" || exchange.request.method == "HEAD";
  expect(again == (safe || exchange.proven_key->key_id == "bearer"), "a signature for POST counts once");
  return 0;
}
