#include "app/admin_transport.hpp"

#include <boost/asio/io_context.hpp>

#include "app/run_blocking.hpp"
#include "net/http_client.hpp"

namespace cogos::app {

Result<cli::AdminResponse> HttpsAdminTransport::send(const cli::AdminRequest& request,
                                                     const crypto::SecretText& admin_key) {
  if (!request.server.starts_with("https://")) {
    return Error(ErrorCode::unreadable_input,
                 "the server must be given as https://host or https://host:port");
  }
  // Before the client, whose idle connections belong to it.
  boost::asio::io_context io(1);
  net::HttpClientOptions options;
  options.only_ca_pem = request.ca_pem.value_or("");
  net::HttpClient client(clock_, std::move(options));
  http::OutgoingRequest outgoing;
  outgoing.method = request.method;
  outgoing.url = request.server + request.path;
  outgoing.timeout = std::chrono::seconds{30};
  outgoing.headers.emplace_back("X-Admin-Key", std::string(admin_key.reveal()));
  if (!request.body.empty()) outgoing.headers.emplace_back("Content-Type", "application/json");
  outgoing.body = request.body;

  http::Cancellation cancellation;
  auto answer = run_blocking(io, client.send(outgoing, cancellation));
  if (!answer) return answer.error();
  return cli::AdminResponse{answer->status, crypto::SecretText(std::move(answer->body))};
}

}  // namespace cogos::app
