#include "app/probe_transport.hpp"

#include <boost/asio/this_coro.hpp>

#include "app/run_blocking.hpp"
#include "http/bearer.hpp"
#include "net/tls_probe.hpp"

namespace cogos::app {
namespace {

constexpr std::chrono::seconds kTimeout{20};
constexpr std::chrono::seconds kOwnTimeout{3};  // an orchestrator's own patience is often five seconds

net::HttpClientOptions client_options(const cli::ProbeTrust& trust) {
  net::HttpClientOptions options;
  options.only_ca_pem = trust.ca_pem.value_or("");
  options.loopback_unverified = trust.own_machine;
  return options;
}

http::Task<Result<net::TlsAnswer>> offer_once(const net::UpstreamUrl& url, net::TlsVersion version) {
  const http::Executor executor = co_await boost::asio::this_coro::executor;
  const auto call = std::make_shared<net::OutgoingCall>(executor, kTimeout);
  http::Cancellation cancellation;
  call->start(cancellation);
  Result<net::TlsAnswer> answer = co_await net::try_tls(url, version, *call);
  call->stop();
  co_return answer;
}

}  // namespace

NetProbeTransport::NetProbeTransport(const cli::ProbeTrust& trust, const Clock& clock)
    : timeout_(trust.own_machine ? kOwnTimeout : kTimeout), client_(clock, client_options(trust)) {}

Result<cli::ProbeAnswer> NetProbeTransport::send(const cli::ProbeRequest& request) {
  http::OutgoingRequest outgoing;
  outgoing.method = request.method;
  outgoing.url = request.origin + request.target;
  outgoing.headers = request.headers;
  if (request.key != nullptr) {
    outgoing.headers.emplace_back("Authorization", http::bearer(request.key->reveal()));
  }
  outgoing.body = request.body;
  outgoing.timeout = timeout_;
  http::Cancellation cancellation;
  auto answer = run_blocking(io_, client_.send(outgoing, cancellation));
  if (!answer) return answer.error();
  cli::ProbeAnswer out;
  out.status = answer->status;
  out.headers.assign(answer->headers.begin(), answer->headers.end());
  out.body = std::move(answer->body);
  return out;
}

Result<cli::TlsOutcome> NetProbeTransport::offer(const std::string& origin, cli::TlsOffer version) {
  const auto url = net::parse_upstream_url(origin);
  if (!url) return url.error();
  auto answer = run_blocking(io_, offer_once(*url, static_cast<net::TlsVersion>(version)));
  if (!answer) return answer.error();
  return cli::TlsOutcome{answer->accepted, std::move(answer->refusal), answer->certificate_ends};
}

}  // namespace cogos::app
