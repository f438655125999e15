#include "app/process_key.hpp"

#include <future>
#include <stdexcept>

namespace cogos::app {
namespace {

using Head = Result<proof::ChainHead>;

/// Runs one of the store's asynchronous changes to its end.
template <class Start>
Head wait_for(Start start) {
  auto promise = std::make_shared<std::promise<Head>>();
  auto future = promise->get_future();
  start([promise](Head head) { promise->set_value(std::move(head)); });
  return future.get();
}

}  // namespace

void record_process_key(const proof::AttestationSigner& signer, keys::AttestationKeyStore& store,
                        const keys::OperatorRows& rows, const Clock& clock) {
  keys::AttestationKeyRecord record;
  record.kid = signer.kid();
  record.public_pem = signer.public_pem();
  record.rev = signer.rev();
  record.started_at = clock.now();
  proof::RowDraft row = rows.event("attestation.key", {{"public_key_sha256", signer.public_key_sha256()}});
  const Head head = wait_for([&](proof::AuditLog::Appended done) {
    store.begin(std::move(record), std::move(row), std::move(done));
  });
  if (!head) throw std::runtime_error("the attestation key could not be recorded: " + head.error().detail());
}

Result<void> record_process_end(const proof::AttestationSigner& signer, keys::AttestationKeyStore& store,
                                const keys::OperatorRows& rows, const Clock& clock, std::string event) {
  proof::RowDraft row = rows.event(std::move(event), {{"signer_kid", signer.kid()}});
  const Head head = wait_for([&](proof::AuditLog::Appended done) {
    store.end(signer.kid(), clock.now(), std::move(row), std::move(done));
  });
  if (!head) return head.error();
  return {};
}

Result<void> record_event(proof::AuditLog& log, proof::RowDraft row) {
  const Head head =
      wait_for([&](proof::AuditLog::Appended done) { log.append(std::move(row), std::move(done)); });
  if (!head) return head.error();
  return {};
}

}  // namespace cogos::app
