#pragma once

#include <chrono>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "base/time.hpp"
#include "http/resource.hpp"
#include "http/router.hpp"
#include "keys/attestation_keys.hpp"
#include "keys/probe_reports.hpp"
#include "proof/attestation.hpp"
#include "proof/operator_log.hpp"
#include "site/options.hpp"
#include "site/renderer.hpp"

namespace cogos::site {

/// GET /trust: what the running process can prove of itself at this moment, and in words what it cannot. Made
/// anew at most once a second, however often it is asked for: the readings are of memory, and the former
/// processes' keys are read from the store once. Thread-safe.
class TrustPage {
 public:
  /// All must outlive the page.
  struct Sources {
    const proof::OperatorLog& log;
    keys::AttestationKeyStore& attestation_keys;
    const proof::AttestationSigner& signer;
    const keys::ProbeReports& probes;
    const Clock& clock;
  };

  /// The process's uptime counts from here.
  TrustPage(const Renderer& renderer, const SiteOptions& options, const Sources& sources);
  TrustPage(const TrustPage&) = delete;
  TrustPage& operator=(const TrustPage&) = delete;
  ~TrustPage() = default;

  void add_routes(http::Router& router);

 private:
  using Moment = std::chrono::steady_clock::time_point;

  [[nodiscard]] std::shared_ptr<const http::Resource> current();
  [[nodiscard]] Json readings(Moment now);
  [[nodiscard]] Json key_rows();

  const Renderer& renderer_;
  const Sources sources_;
  const Json configured_;
  const Moment started_;
  std::mutex mutex_;  // guards what is below
  std::vector<keys::AttestationKeyRecord> keys_;
  std::shared_ptr<const http::Resource> page_;
  Moment made_;
};

/// A span of time for people: its two largest units, such as `3 d 4 h`.
[[nodiscard]] std::string in_words(std::chrono::seconds span);

}  // namespace cogos::site
