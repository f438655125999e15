#include "net/running_server.hpp"

#include <pthread.h>
#include <signal.h>

#include <stdexcept>

namespace cogos::net::test {

http::Task<void> FakeService::answer(http::Exchange& exchange) {
  {
    Seen seen{exchange.id,
              exchange.request.method,
              exchange.request.target,
              exchange.request.body,
              exchange.peer.to_string(),
              std::nullopt,
              exchange.request.body_complete,
              {exchange.request.headers.begin(), exchange.request.headers.end()}};
    if (exchange.fault) seen.fault = exchange.fault->code();
    const std::lock_guard lock(mutex_);
    seen_.push_back(std::move(seen));
  }
  if (exchange.fault) {
    exchange.response = http::error_response(*exchange.fault, exchange.id);
  } else if (handler_) {
    co_await handler_(exchange);
  } else {
    exchange.response.headers.set("Content-Type", "text/plain");
    exchange.response.body =
        exchange.request.method + " " + exchange.request.target + " " + exchange.request.body;
  }
}

std::vector<Seen> FakeService::seen() const {
  const std::lock_guard lock(mutex_);
  return seen_;
}

RunningServer::RunningServer(Parts parts) {
  service.use(std::move(parts.handler));
  const std::string certificate = directory.file("cert.pem");
  const std::string key = directory.file("key.pem");
  write_certificate(certificate, key, "first");
  tls = TlsContexts::load({certificate, key}, ticket_clock, random).value();
  ServerOptions options;
  options.tls_listen = "127.0.0.1:0";
  options.plaintext_listen = "127.0.0.1:0";
  options.trusted_proxies = http::Networks::parse(parts.trusted).value();
  options.limits = parts.limits;
  options.max_connections = parts.max_connections;
  options.memory = parts.memory;
  server = std::make_unique<Server>(io, service, clock, random, tls.get(), std::move(options));
  server->start();
  for (int i = 0; i < parts.threads; ++i) {
    threads_.emplace_back([this] {
      sigset_t pipe;  // blocked by RawClient in the thread that starts this one
      sigemptyset(&pipe);
      sigaddset(&pipe, SIGPIPE);
      pthread_sigmask(SIG_UNBLOCK, &pipe, nullptr);
      io.run();
    });
  }
}

RunningServer::~RunningServer() {
  io.stop();
  threads_.clear();
}

std::string request(const std::string& method, const std::string& target, const std::string& more,
                    const std::string& body) {
  return method + " " + target + " HTTP/1.1\r\nHost: localhost\r\nX-Forwarded-Proto: https\r\n" + more +
         "\r\n" + body;
}

}  // namespace cogos::net::test
