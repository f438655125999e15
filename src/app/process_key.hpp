#pragma once

#include <string>

#include "base/time.hpp"
#include "keys/attestation_keys.hpp"
#include "keys/operator_rows.hpp"
#include "proof/attestation.hpp"
#include "proof/audit_log.hpp"

namespace cogos::app {

/// Publishes the process's attestation key and records it in `_operator`; blocks until that is durable.
/// Throws std::runtime_error where it cannot be recorded: a key that is not on record must sign nothing.
void record_process_key(const proof::AttestationSigner& signer, keys::AttestationKeyStore& store,
                        const keys::OperatorRows& rows, const Clock& clock);

/// Records the orderly stop, as the event named, and the end of the key's use. Fails with audit_unavailable.
[[nodiscard]] Result<void> record_process_end(const proof::AttestationSigner& signer,
                                              keys::AttestationKeyStore& store,
                                              const keys::OperatorRows& rows, const Clock& clock,
                                              std::string event = "server.stop");

/// Appends one of the system's own rows and waits until it is durable.
[[nodiscard]] Result<void> record_event(proof::AuditLog& log, proof::RowDraft row);

}  // namespace cogos::app
