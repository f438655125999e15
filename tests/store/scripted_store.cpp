#include "store/scripted_store.hpp"

#include <gtest/gtest.h>

#include "store/held_writer.hpp"
#include "store/store_error.hpp"

namespace cogos::store {
namespace {

const proof::ChainId kChains[] = {{"acme", "_default"}, {"acme", "billing"}, {"globex", "_default"}};
constexpr const char* kRev = "1.0.0+test";

void expect_documented(const Error& error) {
  EXPECT_TRUE(error.code() == ErrorCode::audit_unavailable || error.code() == ErrorCode::overloaded)
      << error.message() << ' ' << error.detail();
}

}  // namespace

ScriptedStore::ScriptedStore(StoreOptions options, const DiskJournal* journal)
    : options_(std::move(options)), journal_(journal) {
  options_.on_failure = [this](const Error&) { ++failures_; };
  // So that checkpoints come between the rows, and the log starts anew after some.
  options_.checkpoint_pages = 24;
}

void ScriptedStore::run(int lives) {
  for (int life = 0; life < lives; ++life) {
    const int failures_before = failures_;
    try {
      live();
    } catch (const StoreError& error) {
      EXPECT_STRNE(error.what(), "");
    }
    store_.reset();
    EXPECT_LE(failures_ - failures_before, 1) << "reported once a life";
  }
}

void ScriptedStore::live() {
  store_ = std::make_unique<Store>(options_, clock_);
  if (const auto same = dek_.check_against(store_->dek_check(), random_); !same) {
    ADD_FAILURE() << same.error().message();
  }
  signer_ = std::make_unique<proof::AttestationSigner>(crypto::Ed25519PrivateKey::generate(random_), kRev);
  operator_rows_ = std::make_unique<keys::OperatorRows>(*signer_, random_, std::nullopt);
  std::future<Head> begun;
  store_->attestation_keys().begin(
      {signer_->kid(), signer_->public_pem(), kRev, clock_.now(), std::nullopt, 0, {}},
      operator_rows_->event("attestation.key", {{"public_key_sha256", signer_->public_key_sha256()}}),
      noting({0, proof::kOperatorChain, {}, {}, signer_->kid()}, begun));
  begun.wait();
  append_one_by_one();
  append_a_batch();
  change_keys();
  read_a_page();
  append(kChains[1], 20'000);
  append_one_by_one();
  std::future<Head> ended;
  store_->attestation_keys().end(signer_->kid(), clock_.now(), operator_rows_->event("server.stop", {}),
                                 noting({0, proof::kOperatorChain, {}}, ended));
  ended.wait();
  store_->close();
}

void ScriptedStore::append_one_by_one() {
  for (const proof::ChainId& chain : kChains) {
    clock_.advance(std::chrono::milliseconds{1});
    append(chain);
  }
}

void ScriptedStore::append_a_batch() {
  std::vector<std::future<Head>> answers(6);
  {
    const HeldWriter held(store_->audit_log(), draft(kChains[0]));
    for (std::size_t i = 0; i < answers.size(); ++i) {
      const proof::ChainId& chain = kChains[i % std::size(kChains)];
      store_->audit_log().append(draft(chain), noting({0, chain, {}}, answers[i]));
    }
  }
  for (auto& answer : answers) answer.wait();
}

void ScriptedStore::change_keys() {
  keys::KeyOrder order;
  order.tenant_id = "acme";
  order.package_id = "team";
  for (const bool revoke : {false, true}) {
    keys::KeyRecord record = keys::mint(order, clock_.now(), dek_, random_).value().record;
    const auto row = [&](const char* event) {
      return operator_rows_->change("POST", "/admin/keys", 201, {},
                                    {{"event", event}, {"key_id", record.key_id}});
    };
    std::future<Head> issued;
    store_->keys().insert(record, row("issue"),
                          noting({0, proof::kOperatorChain, {}, record.key_id}, issued));
    if (!issued.get() || !revoke) continue;
    record.revoked_at = clock_.now();
    std::future<Head> revoked;
    store_->keys().update(record, row("revoke"),
                          noting({0, proof::kOperatorChain, {}, record.key_id}, revoked));
    revoked.wait();
  }
}

void ScriptedStore::read_a_page() {
  proof::AuditQuery query;
  query.tenant_id = "acme";
  std::promise<void> done;
  store_->audit_log().read(query, [&done](const Result<proof::AuditPage>& page) {
    if (!page) expect_documented(page.error());
    done.set_value();
  });
  done.get_future().wait();
}

proof::RowDraft ScriptedStore::draft(const proof::ChainId& chain, std::size_t text) {
  proof::RowDraft row;
  row.chain = chain;
  row.key_id = "k1";
  row.method = "POST";
  row.route = "/v1/chat/completions";
  row.http_status = 200;
  row.status = "success";
  row.rev = kRev;
  row.signer_kid = signer_->kid();
  row.seal = proof::PendingSeal::prepare(customer_.public_key(),
                                         "{\"request\":\"" + std::string(text, 'x') + "\"}", random_)
                 .value();
  return row;
}

proof::AuditLog::Appended ScriptedStore::noting(Promise promise, std::future<Head>& answer) {
  auto told = std::make_shared<std::promise<Head>>();
  answer = told->get_future();
  return [this, promise = std::move(promise), told](Head head) mutable {
    if (head) {
      promise.head = *head;
      promise.since = journal_ == nullptr ? 0 : journal_->size();
      promises_.push_back(std::move(promise));
    } else {
      expect_documented(head.error());
    }
    told->set_value(std::move(head));
  };
}

void ScriptedStore::append(const proof::ChainId& chain, std::size_t text) {
  std::future<Head> answer;
  store_->audit_log().append(draft(chain, text), noting({0, chain, {}}, answer));
  answer.wait();
}

}  // namespace cogos::store
