#include "net/tls_probe.hpp"

#include <openssl/x509.h>

#include <ctime>

#include "net/dial.hpp"

namespace cogos::net {
namespace {

std::optional<TimePoint> certificate_ends(const SSL* ssl) {
  const X509* certificate = SSL_get0_peer_certificate(ssl);
  if (certificate == nullptr) return std::nullopt;
  std::tm parts{};
  if (ASN1_TIME_to_tm(X509_get0_notAfter(certificate), &parts) != 1) return std::nullopt;
  return from_unix_ms(std::int64_t{::timegm(&parts)} * 1000);
}

}  // namespace

http::Task<Result<TlsAnswer>> try_tls(const UpstreamUrl& url, TlsVersion version, OutgoingCall& call) {
  Result<Socket> socket = co_await connect_to(url, call);
  if (!socket) co_return socket.error();
  const TlsClient client = TlsClient::offering(version);
  const std::unique_ptr<TlsTransport> transport = client.open(std::move(*socket), url.host);
  const OutgoingCall::Step step(call, [&transport] { transport->interrupt(); });
  TlsAnswer answer;
  answer.accepted = co_await handshake(*transport);
  if (answer.accepted) {
    answer.certificate_ends = certificate_ends(transport->ssl());
    transport->finish();
    co_return answer;
  }
  if (call.over()) co_return call.error();
  answer.refusal = transport->failure_text();
  co_return answer;
}

}  // namespace cogos::net
