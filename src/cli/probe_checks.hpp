#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cli/probe_run.hpp"
#include "crypto/secret.hpp"

namespace cogos::cli {

/// What a probe may show that it has.
struct ProbeCredentials {
  crypto::SecretText key;          ///< Bearer; empty: none.
  crypto::SecretText hmac_secret;  ///< Of that key; empty: none.
  crypto::SecretText report_key;   ///< Another probe's key, where it may be shown to the target; empty: none.
};

// Each adds its checks to the run. None throws; a check that gets no answer has failed.

/// That somebody answers at all. False: nothing else needs to be tried.
[[nodiscard]] bool check_reach(ProbeRun& run);
/// TLS 1.0 and 1.1 refused, 1.2 and 1.3 spoken, the certificate good for two weeks yet.
void check_tls(ProbeRun& run);
/// /health and /ready.
void check_health(ProbeRun& run);
/// The security headers on each kind of response. `plain_origin` is where plain HTTP is answered, by a
/// redirect to https and, below /v1, by a 403; nothing: it is not looked at.
void check_headers(ProbeRun& run, const std::optional<std::string>& plain_origin);
/// What is refused without credentials, with wrong ones, and how the operators' surface shows itself.
void check_refusals(ProbeRun& run);
/// The pages, the documents beside them, and that they load nothing from elsewhere.
void check_pages(ProbeRun& run);
/// The attestation keys that are published.
void check_attestation_keys(ProbeRun& run);
/// What the key sees, and both receipts of it.
void check_account(ProbeRun& run, const ProbeCredentials& credentials);
/// That no file of the server's is served.
void check_files(ProbeRun& run);
/// The decoys. With a probe's key, since anything else that asks for them is taken for a scanner; without one
/// two of them, and only where `asked_for`: the keys that are used from this address may be quarantined then.
void check_decoys(ProbeRun& run, const ProbeCredentials& credentials, bool asked_for);

}  // namespace cogos::cli
