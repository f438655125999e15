#include "net/dial.hpp"

#include <boost/asio/bind_executor.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/this_coro.hpp>
#include <string>
#include <vector>

namespace cogos::net {
namespace {

using boost::asio::ip::tcp;
using Resolver = boost::asio::ip::basic_resolver<tcp, http::Executor>;
using Endpoints = std::vector<tcp::endpoint>;

Error unreachable(const UpstreamUrl& url, const std::string& why) {
  return Error(ErrorCode::upstream_error, "the upstream could not be reached: " + why, url.origin());
}

/// A lookup runs on a thread of the resolver's and cannot be stopped once it began, so it is not awaited
/// itself but this, which can be left.
struct Lookup {
  explicit Lookup(const http::Executor& executor) : resolver(executor), done(executor) {
    done.expires_at(Timer::time_point::max());
  }
  Resolver resolver;
  Timer done;
  Endpoints found;
  boost::system::error_code failure = boost::asio::error::operation_aborted;
};

void start_lookup(const std::shared_ptr<Lookup>& lookup, const UpstreamUrl& url,
                  const http::Executor& executor) {
  auto on_done = [lookup](const boost::system::error_code& failure, const Resolver::results_type& results) {
    lookup->failure = failure;
    for (const auto& entry : results) lookup->found.push_back(entry.endpoint());
    lookup->done.cancel();
  };
  lookup->resolver.async_resolve(url.host, std::to_string(url.port), Resolver::numeric_service,
                                 boost::asio::bind_executor(executor, std::move(on_done)));
}

http::Task<Result<Endpoints>> find_endpoints(const UpstreamUrl& url, OutgoingCall& call) {
  boost::system::error_code is_name;
  const auto address = boost::asio::ip::make_address(url.host, is_name);
  if (!is_name) co_return Endpoints{tcp::endpoint(address, url.port)};
  if (url.host == "localhost") {
    co_return Endpoints{tcp::endpoint(boost::asio::ip::address_v4::loopback(), url.port),
                        tcp::endpoint(boost::asio::ip::address_v6::loopback(), url.port)};
  }
  const http::Executor executor = co_await boost::asio::this_coro::executor;
  const auto lookup = std::make_shared<Lookup>(executor);
  start_lookup(lookup, url, executor);
  {
    const OutgoingCall::Step step(call, [lookup] { lookup->done.cancel(); });
    // Where the call was over already, that cancel found nothing to end.
    if (!call.over()) {
      boost::system::error_code ignored;
      auto token = boost::asio::redirect_error(use_awaitable, ignored);
      co_await lookup->done.async_wait(token);
    }
  }
  if (call.over()) co_return call.error();
  if (lookup->failure || lookup->found.empty()) {
    co_return unreachable(url, "its host name does not resolve");
  }
  co_return lookup->found;
}

/// Connects `socket`, or says why not.
http::Task<boost::system::error_code> connect(Socket& socket, tcp::endpoint endpoint, OutgoingCall& call,
                                              std::chrono::steady_clock::duration patience) {
  const http::Executor executor = socket.get_executor();
  const auto give_up = [&socket] {
    boost::system::error_code ignored;
    socket.close(ignored);
  };
  const OutgoingCall::Step step(call, give_up);
  if (call.over()) co_return boost::asio::error::operation_aborted;
  // The handler may run after this coroutine has gone on; it then finds the flag cleared.
  const auto waiting = std::make_shared<bool>(true);
  auto timed_out = std::make_shared<bool>(false);
  Timer timer(executor);
  timer.expires_after(patience);
  timer.async_wait([waiting, timed_out, give_up](const boost::system::error_code& stopped) {
    if (stopped || !*waiting) return;
    *timed_out = true;
    give_up();
  });
  boost::system::error_code failure;
  auto token = boost::asio::redirect_error(use_awaitable, failure);
  co_await socket.async_connect(endpoint, token);
  *waiting = false;
  if (*timed_out) failure = boost::asio::error::timed_out;
  if (!failure && !socket.is_open()) failure = boost::asio::error::operation_aborted;
  co_return failure;
}

http::Task<Result<void>> secure(TlsTransport& transport, const UpstreamUrl& url, OutgoingCall& call) {
  const OutgoingCall::Step step(call, [&transport] { transport.interrupt(); });
  const bool secured = co_await handshake(transport);
  if (secured) co_return Result<void>();
  if (call.over()) co_return call.error();
  const std::string failure = transport.failure_text();
  const std::string why = TlsClient::verification_failure(transport);
  if (why.empty()) {
    co_return Error(ErrorCode::upstream_error, "the TLS handshake with the upstream failed",
                    url.origin() + ": " + failure);
  }
  co_return Error(ErrorCode::upstream_error, "the upstream's TLS certificate was not verified: " + why,
                  url.origin());
}

}  // namespace

http::Task<Result<Socket>> connect_to(const UpstreamUrl& url, OutgoingCall& call) {
  const Result<Endpoints> endpoints = co_await find_endpoints(url, call);
  if (!endpoints) co_return endpoints.error();
  const http::Executor executor = co_await boost::asio::this_coro::executor;
  boost::system::error_code failure;
  const auto patience = call.timeout() / static_cast<int>(endpoints->size());
  for (const auto& endpoint : *endpoints) {
    Socket socket(executor);
    failure = co_await connect(socket, endpoint, call, patience);
    if (call.over()) co_return call.error();
    if (!failure) co_return std::move(socket);
  }
  if (failure == boost::asio::error::timed_out) {
    co_return Error(ErrorCode::upstream_timeout, "the upstream could not be reached in time; try again later",
                    url.origin());
  }
  co_return unreachable(url, failure.message());
}

http::Task<Result<std::unique_ptr<Transport>>> dial(const UpstreamUrl& url, const TlsClient& tls,
                                                    OutgoingCall& call) {
  Result<Socket> socket = co_await connect_to(url, call);
  if (!socket) co_return socket.error();
  if (!url.tls) co_return make_plain_transport(std::move(*socket));
  std::unique_ptr<TlsTransport> transport = tls.open(std::move(*socket), url.host);
  const Result<void> secured = co_await secure(*transport, url, call);
  if (!secured) co_return secured.error();
  co_return std::unique_ptr<Transport>(std::move(transport));
}

}  // namespace cogos::net
