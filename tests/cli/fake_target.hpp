#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "cli/cli_test.hpp"
#include "cli/probe_transport.hpp"
#include "crypto/system_random.hpp"
#include "proof/attestation.hpp"

namespace cogos::test {

inline constexpr std::string_view kCustomerKey = "sk-cogos-0123456789abcdef0123456789abcdef";
inline constexpr std::string_view kProbeKey = "sk-cogos-fedcba9876543210fedcba9876543210";
inline const std::string kProbeSecret(64, 'a');

/// A server as it should be, which a test may spoil in one point.
class FakeTarget {
 public:
  FakeTarget();

  /// A transport to it, which must not outlive it.
  [[nodiscard]] std::unique_ptr<cli::ProbeTransport> transport();

  /// Called with each answer to a request for the path before it is sealed; `*` for every path.
  std::map<std::string, std::function<void(cli::ProbeAnswer&)>> spoil;
  /// The same after it is sealed.
  std::map<std::string, std::function<void(cli::ProbeAnswer&)>> tamper;
  std::function<Result<cli::TlsOutcome>(cli::TlsOffer)> tls;
  bool gone = false;          ///< Nobody answers.
  std::string attested_path;  ///< What attestations speak of in place of the path that was asked for.
  std::vector<cli::ProbeRequest> requests;
  std::vector<std::string> keys;  ///< Shown with each of them; empty where none was.
  std::vector<std::string> reports;
  std::vector<int> report_statuses;  ///< Taken from the front; 201 once they are used up.

  [[nodiscard]] std::size_t asked_for(std::string_view path) const;

 private:
  class Transport;
  Result<cli::ProbeAnswer> answer(const cli::ProbeRequest& request);
  void route(const cli::ProbeRequest& request, const std::string& path, cli::ProbeAnswer& out);
  void plain(const std::string& path, cli::ProbeAnswer& out) const;
  void account(const std::string& path, const std::string& key, cli::ProbeAnswer& out) const;
  void seal(const cli::ProbeRequest& request, const std::string& key, cli::ProbeAnswer& out) const;
  static void safe_headers(cli::ProbeAnswer& out);

  crypto::SystemRandom random_;
  FixedClock clock_;
  proof::AttestationSigner signer_;
};

/// Sets, adds or (empty value) removes a header.
void set_header(cli::ProbeAnswer& answer, const std::string& name, const std::string& value);

}  // namespace cogos::test
