#include "api/rotate_key.hpp"

#include "api/issued_key.hpp"
#include "api/json_io.hpp"
#include "api/key_order.hpp"
#include "http/await_callback.hpp"
#include "http/idempotency_key.hpp"
#include "keys/mint.hpp"
#include "keys/rotation.hpp"

namespace cogos::api {
namespace {

using Changed = Result<proof::ChainHead>;

keys::OperatorRows::Detail detail_of(const keys::RotationChange& change) {
  keys::OperatorRows::Detail detail{{"event", "key.rotated"},
                                    {"key_id", *change.fresh.rotated_from_key_id},
                                    {"new_key_id", change.fresh.key_id},
                                    {"tenant_id", change.fresh.tenant_id},
                                    {"app_id", change.fresh.app_id},
                                    {"rotation_grace_until", to_rfc3339(change.grace_until)}};
  if (change.replaced) detail.emplace("replaced_key_id", change.replaced->key_id);
  return detail;
}

bool same_key(const keys::KeyringSnapshot::Key& a, const keys::KeyringSnapshot::Key& b) {
  return a && b ? a->key_id == b->key_id : a == b;
}

}  // namespace

/// One rotation under way.
struct RotateKeyApi::Work {
  keys::RotationAnswers::Question question;
  bool repeatable = false;  ///< Whether the client can ask for the answer again.
  keys::MintedKey minted;
  keys::RotationChange change;
  std::optional<crypto::LockedBuffer> room;  ///< For the answer, where it is repeatable.
  http::Response answer;
  bool published = false;
};

void RotateKeyApi::add_routes(http::Router& router) {
  router.add({"POST", "/v1/keys/rotate", http::Realm::customer, http::BodyKind::optional_json,
              [this](http::Exchange& exchange) { return rotate(exchange); }});
}

http::Task<Result<http::Response>> RotateKeyApi::rotate(http::Exchange& exchange) {
  auto prepared = prepare(exchange);
  if (!prepared) co_return prepared.error();
  Work& work = *prepared;
  if (work.answer.secret) co_return std::move(work.answer);

  proof::RowDraft row = parts_.operator_rows.event("key.rotated", detail_of(work.change));
  // With the change itself too: a crash before the call's own row must not leave it open to a replay.
  row.spent_signature = exchange.spent_signature;
  auto start = [this, &work, row = std::move(row)](keys::KeyStore::Changed done) mutable {
    parts_.store.rotate(work.change, std::move(row), [this, &work, done = std::move(done)](Changed head) {
      // Here and not where the request goes on, so that memory changes in the order of the commits: whoever
      // comes second finds what the first one made.
      if (head) publish(work, head->row_hash);
      done(std::move(head));
    });
  };
  http::Task<Changed> rotating = http::await_callback<Changed>(std::move(start));
  const Changed head = co_await std::move(rotating);
  if (!head) co_return overtaken(work, head.error());
  if (!work.published) co_return co_await withdraw(work);
  co_return std::move(work.answer);
}

Result<RotateKeyApi::Work> RotateKeyApi::prepare(const http::Exchange& exchange) const {
  const auto idempotency_key = http::read_idempotency_key(exchange.request.headers);
  if (!idempotency_key) return idempotency_key.error();
  const auto body = read_object(exchange.request);
  if (!body) return body.error();

  // Before the kept answers are asked: what it knows of is kept by then (RotationAnswers::publish).
  const auto snapshot = parts_.keyring.snapshot();
  const auto old = snapshot->by_id(exchange.principal->key_id);
  Work work;
  work.question.old_key_id = old->key_id;
  std::optional<ByteArray<32>> request;
  if (*idempotency_key) {
    request = keys::rotation_request(old->key_id, **idempotency_key);
    work.repeatable = true;
    work.question.request = *request;
    work.question.body_sha256 = exchange.request_sha256;
    if (auto kept = kept_answer(work)) {
      work.answer = std::move(*kept);
      return work;
    }
  }
  const TimePoint now = parts_.clock.now();
  auto change = keys::plan_rotation(*snapshot, *old, request, now);
  if (!change) return change.error();
  const auto order = read_rotation_order(*body, *old);
  if (!order) return order.error();
  auto minted = keys::mint(*order, now, parts_.dek, parts_.random);
  if (!minted) return minted.error();
  if (work.repeatable) {
    // Before anything is changed: an answer that cannot be kept safely is not promised.
    auto room = parts_.answers.reserve();
    if (!room) return room.error();
    work.room.emplace(std::move(*room));
  }
  minted->record.rotated_from_key_id = old->key_id;
  minted->record.rotation_request = request;
  minted->record.first_use = std::make_shared<keys::FirstUse>();
  work.minted = std::move(*minted);
  work.change = std::move(*change);
  work.change.fresh = work.minted.record;
  return work;
}

/// On the store's thread, right after the commit.
void RotateKeyApi::publish(Work& work, std::string_view chain_head) const {
  work.answer = issued_key_response(work.minted, chain_head, work.change.grace_until);
  const auto make_known = [&]() -> std::optional<keys::RotationAnswers::Answer> {
    work.published = parts_.keyring.rotate(work.change);
    if (!work.published || !work.room) return std::nullopt;
    return keys::RotationAnswers::Answer{work.question, work.change.fresh.key_id, work.answer.body,
                                         std::move(*work.room)};
  };
  parts_.answers.publish(work.question.old_key_id, make_known);
}

std::optional<http::Response> RotateKeyApi::kept_answer(const Work& work) const {
  http::Response answer = secret_response();
  const auto copy = [&answer](std::string_view body) { answer.body = body; };
  if (!parts_.answers.find(work.question, copy)) return std::nullopt;
  return answer;
}

/// The store refused the change with `error`: what came first decides the answer.
Result<http::Response> RotateKeyApi::overtaken(const Work& work, const Error& error) const {
  if (error.code() != ErrorCode::conflict) return error;
  if (work.repeatable) {
    if (auto kept = kept_answer(work)) return std::move(*kept);
  }
  const auto snapshot = parts_.keyring.snapshot();
  const auto old = snapshot->by_id(work.question.old_key_id);
  const auto request = work.repeatable ? std::optional(work.question.request) : std::nullopt;
  const auto now = keys::plan_rotation(*snapshot, *old, request, parts_.clock.now());
  if (!now) return now.error();
  if (same_key(now->replaced, work.change.replaced)) return error;
  return Error(ErrorCode::conflict, "another request rotated this key at the same time")
      .with_fact("new_key_id", now->replaced->key_id);
}

/// The old key was revoked or quarantined while its rotation was written: nobody gets the new key.
http::Task<Result<http::Response>> RotateKeyApi::withdraw(const Work& work) {
  keys::KeyRecord fresh = work.change.fresh;
  fresh.revoked_at = work.change.at;
  proof::RowDraft row =
      parts_.operator_rows.event("key.revoked", {{"event", "key.revoked"},
                                                 {"key_id", fresh.key_id},
                                                 {"reason", "the rotated key was taken out of use"}});
  auto start = [this, &fresh, row = std::move(row)](keys::KeyStore::Changed done) mutable {
    parts_.store.update(fresh, std::move(row), std::move(done));
  };
  http::Task<Changed> updating = http::await_callback<Changed>(std::move(start));
  const Changed head = co_await std::move(updating);
  if (!head) co_return head.error();
  const auto old = parts_.keyring.snapshot()->by_id(work.question.old_key_id);
  co_return keys::refusal(keys::standing(*old, parts_.clock.now()));
}

}  // namespace cogos::api
