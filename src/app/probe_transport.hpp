#pragma once

#include <boost/asio/io_context.hpp>

#include "base/time.hpp"
#include "cli/probe_transport.hpp"
#include "net/http_client.hpp"

namespace cogos::app {

/// `cogos probe …` over this program's own HTTP client.
class NetProbeTransport final : public cli::ProbeTransport {
 public:
  /// Throws std::runtime_error where what is to be trusted holds no certificate. `clock` must outlive it.
  NetProbeTransport(const cli::ProbeTrust& trust, const Clock& clock);

  Result<cli::ProbeAnswer> send(const cli::ProbeRequest& request) override;
  Result<cli::TlsOutcome> offer(const std::string& origin, cli::TlsOffer version) override;

 private:
  const std::chrono::milliseconds timeout_;
  boost::asio::io_context io_{1};  // before the client, whose idle connections belong to it
  net::HttpClient client_;
};

}  // namespace cogos::app
