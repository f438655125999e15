#include <array>

#include "base/json.hpp"
#include "cli/admin_call.hpp"
#include "cli/probe_checks.hpp"
#include "cogos/receipt.hpp"

namespace cogos::cli {
namespace {

std::string text_of(const Json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

Verdict judge_current_key(const ProbeAnswer& answer) {
  if (answer.status != 200) return fail(in_words(answer));
  const std::string kid = attestation_kid(answer.body);
  const auto named = answer.header("X-Cogos-Attestation-Kid");
  if (!named || *named != kid) return fail("its kid is " + kid + ", and the header says another");
  return pass("kid " + kid);
}

/// All published keys, each under its own kid, the one in use among them.
Verdict judge_key_list(ProbeRun& run) {
  const auto current = run.send(run.get("/attestation.pub"));
  if (!current) return fail(current.error().message());
  const auto list = run.send(run.get("/attestation/keys"));
  if (!list) return fail(list.error().message());
  if (list->status != 200) return fail(in_words(*list));
  const auto body = base::parse_json(list->body);
  if (!body || !body->is_object() || !body->contains("keys") || !body->at("keys").is_array()) {
    return fail("no list of keys");
  }
  bool in_use = false;
  for (const Json& key : body->at("keys")) {
    if (!key.is_object()) return fail("an entry is no key");
    const std::string pem = text_of(key, "public_pem");
    const std::string kid = text_of(key, "kid");
    if (attestation_kid(pem) != kid) return fail("kid " + kid + " is not the hash of its key");
    if (pem == current->body) in_use = key.contains("ended_at") && key.at("ended_at").is_null();
  }
  if (!in_use) return fail("the key of /attestation.pub is not listed as in use");
  return pass(std::to_string(body->at("keys").size()) + " listed, the one in use among them");
}

ProbeRequest with_key(ProbeRequest request, const crypto::SecretText& key) {
  request.key = &key;
  return request;
}

/// The attestation under the key that the server publishes for its kid.
Verdict judge_attestation(ProbeRun& run, const ProbeRequest& request, const ProbeAnswer& answer) {
  const auto token = answer.header("X-Cogos-Attestation");
  if (!token) return fail("no X-Cogos-Attestation");
  const auto claims = read_attestation(*token);
  if (!claims) return fail(claims.error().message());
  const auto key = run.send(run.get("/attestation.pub?kid=" + percent_encode(claims->signer_kid)));
  if (!key) return fail(key.error().message());
  if (key->status != 200) return fail("no key is published for its kid " + claims->signer_kid);
  const AttestedRequest attested{request.method, request.target, request.body};
  const auto verified = verify_attestation(*token, key->body, answer.body, attested);
  return verified ? pass("holds, rev " + verified->rev) : fail(verified.error().message());
}

Verdict judge_signature(const ProbeAnswer& answer, const crypto::SecretText& secret) {
  const auto signature = answer.header("X-Cogos-Signature");
  if (!signature) return fail("no X-Cogos-Signature");
  const auto verified = verify_response_signature(secret.reveal(), answer.body, *signature);
  return verified ? pass("holds") : fail(verified.error().message());
}

/// What an answer of /v1/me says that the key is; empty where it says nothing.
std::string tenant_type(const Result<ProbeAnswer>& me) {
  if (!me || me->status != 200) return {};
  const auto body = base::parse_json(me->body);
  return body && body->is_object() ? text_of(*body, "tenant_type") : std::string();
}

Verdict judge_models(const ProbeAnswer& answer, bool is_probe) {
  if (is_probe) {
    return answer.status == 403 ? pass("403: a probe's key may not ask for them")
                                : fail(in_words(answer) + ": a probe's key may do more than it should");
  }
  if (answer.status != 200) return fail(in_words(answer));
  const auto body = base::parse_json(answer.body);
  const bool lists = body && body->is_object() && body->contains("data") && body->at("data").is_array() &&
                     !body->at("data").empty();
  return lists ? pass(std::to_string(body->at("data").size()) + " models") : fail("no list of models");
}

/// A decoy says CANARY where a real file would have its secret (docs/defence.md).
Verdict judge_decoy(const ProbeAnswer& answer) {
  if (answer.status == 404) return pass("404");
  if (answer.status == 429) return fail("429: this address is banned, or asks too often");
  if (answer.status != 200) return fail(in_words(answer));
  const bool marked = answer.body.find("CANARY") != std::string::npos;
  return marked ? pass("200, a decoy") : fail("200 without a decoy's mark: it may be a real file");
}

/// The key to look at decoys with; null where neither is a probe's.
const crypto::SecretText* probe_key(ProbeRun& run, const ProbeCredentials& credentials) {
  for (const crypto::SecretText* key : {&credentials.key, &credentials.report_key}) {
    if (!key->empty() && tenant_type(run.send(with_key(run.get("/v1/me"), *key))) == "probe") return key;
  }
  return nullptr;
}

}  // namespace

void check_attestation_keys(ProbeRun& run) {
  run.check("attestation.current", run.get("/attestation.pub"), judge_current_key);
  run.check("attestation.keys", [&run] { return judge_key_list(run); });
  const ProbeRequest refused = run.get("/v1/me");
  run.check("attestation.refusal", refused,
            [&](const ProbeAnswer& answer) { return judge_attestation(run, refused, answer); });
}

void check_account(ProbeRun& run, const ProbeCredentials& credentials) {
  if (credentials.key.empty()) {
    run.skip("me", "needs a key: --key-file");
    return;
  }
  const ProbeRequest request = with_key(run.get("/v1/me"), credentials.key);
  Result<ProbeAnswer> me = Error(ErrorCode::unreadable_input, "not asked yet");
  const bool known = run.check("me", [&] {
    me = run.send(request);
    if (!me) return fail(me.error().message());
    return me->status == 200 ? pass("200, a " + tenant_type(me) + "'s key") : fail(in_words(*me));
  });
  run.check("me.attestation",
            [&] { return me ? judge_attestation(run, request, *me) : fail(me.error().message()); });
  if (credentials.hmac_secret.empty()) {
    run.skip("me.signature", "needs the key's HMAC secret: --hmac-secret-file");
  } else {
    run.check("me.signature", [&] {
      return me ? judge_signature(*me, credentials.hmac_secret) : fail(me.error().message());
    });
  }
  if (!known) return;
  const bool is_probe = tenant_type(me) == "probe";
  run.check("models", with_key(run.get("/v1/models"), credentials.key),
            [is_probe](const ProbeAnswer& answer) { return judge_models(answer, is_probe); });
}

void check_decoys(ProbeRun& run, const ProbeCredentials& credentials, bool asked_for) {
  struct Decoy {
    const char* check;
    const char* path;
  };
  // More than three within a minute ban an address that shows no probe's key; two leave room for a second
  // run.
  constexpr std::array<Decoy, 6> kDecoys{{{"decoy.env", "/.env"},
                                          {"decoy.git", "/.git/config"},
                                          {"decoy.wordpress", "/wp-login.php"},
                                          {"decoy.dump", "/backup.sql"},
                                          {"decoy.actuator", "/actuator/env"},
                                          {"decoy.cloud", "/.aws/credentials"}}};
  constexpr std::size_t kWithoutKey = 2;
  const crypto::SecretText* key = probe_key(run, credentials);
  if (key == nullptr && !credentials.key.empty()) {
    run.skip("decoys",
             "a customer's key would be quarantined for them: probe with a probe's key, or with none");
    return;
  }
  if (key == nullptr && !asked_for) {
    run.skip("decoys", "without a probe's key they count as a scan from this address: give one, or --decoys");
    return;
  }
  for (std::size_t i = 0; i < (key != nullptr ? kDecoys.size() : kWithoutKey); ++i) {
    ProbeRequest request = run.get(kDecoys[i].path);
    if (key != nullptr) request = with_key(std::move(request), *key);
    run.check(kDecoys[i].check, request, judge_decoy);
  }
}

}  // namespace cogos::cli
