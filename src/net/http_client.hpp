#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>

#include "base/time.hpp"
#include "http/outgoing.hpp"
#include "net/call_slots.hpp"

namespace cogos::net {

struct HttpClientOptions {
  /// PEM certificates trusted beside the system's store, for private authorities; empty for none.
  std::string extra_ca_file;
  /// PEM text of the only certificates to trust, in place of the system's store; empty for the above.
  std::string only_ca_pem;
  /// Certificates are not verified, and nothing but loopback is called: for a process that looks at itself.
  bool loopback_unverified = false;
  std::size_t max_idle_per_origin = 8;
  /// Calls at once, to all origins together, each on a connection of its own.
  CallSlots::Bounds calls;
  /// How long a connection may lie unused before it is no longer trusted to be alive.
  std::chrono::milliseconds max_idle_age{30'000};
};

/// HTTP/1.1 to upstreams, with a pool of idle connections per origin. A call beyond the bounds fails with
/// overloaded; the time that it waits counts as its own. Certificates and host names are
/// verified where the URL is https. No redirects, no proxies, no content codings, no userinfo in URLs.
/// `localhost` means the loopback addresses, whatever a resolver says. Safe to use from any number of
/// strands; must be gone before the io_context that they belong to.
class HttpClient final : public http::HttpClient {
 public:
  /// `clock` must outlive the client. Throws std::runtime_error where the trust store cannot be read.
  explicit HttpClient(const Clock& clock, HttpClientOptions options = {});
  ~HttpClient() override;

  http::Task<Result<http::OutgoingResponse>> send(const http::OutgoingRequest& request,
                                                  http::Cancellation& cancellation) override;
  http::Task<Result<std::unique_ptr<http::OutgoingStream>>> open(const http::OutgoingRequest& request,
                                                                 http::Cancellation& cancellation) override;

  /// Connections that lie in the pool at this moment.
  [[nodiscard]] std::size_t idle_connections() const;

 private:
  struct State;
  class Call;
  /// The call, with the head of its response read.
  http::Task<Result<std::unique_ptr<Call>>> begin(const http::OutgoingRequest& request,
                                                  http::Cancellation& cancellation);

  std::unique_ptr<State> state_;
};

}  // namespace cogos::net
