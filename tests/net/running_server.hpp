#pragma once

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "http/error_response.hpp"
#include "net/certificates.hpp"
#include "net/raw_client.hpp"
#include "net/server.hpp"
#include "support/manual_clock.hpp"

namespace cogos::net::test {

class RealClock final : public Clock {
 public:
  TimePoint now() const override {
    return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
  }
  std::chrono::steady_clock::time_point monotonic() const override {
    return std::chrono::steady_clock::now();
  }
};

class TestRandom final : public Random {
 public:
  void fill(std::span<std::uint8_t> out) override {
    const std::lock_guard lock(mutex_);
    for (auto& byte : out) byte = static_cast<std::uint8_t>(engine_());
  }

 private:
  std::mutex mutex_;
  std::mt19937 engine_{std::random_device{}()};
};

/// What a service saw of an exchange.
struct Seen {
  std::string id, method, target, body, peer;
  std::optional<ErrorCode> fault;
  bool body_complete;
  std::vector<std::pair<std::string, std::string>> headers;
};

/// Answers faults with their error and other requests by `handler`, or with method, target and body.
class FakeService final : public http::Service {
 public:
  using Handler = std::function<http::Task<void>(http::Exchange&)>;

  http::Task<void> answer(http::Exchange& exchange) override;
  /// Before the server starts.
  void use(Handler handler) { handler_ = std::move(handler); }
  [[nodiscard]] std::vector<Seen> seen() const;
  [[nodiscard]] Seen last() const { return seen().back(); }

 private:
  Handler handler_;
  mutable std::mutex mutex_;
  std::vector<Seen> seen_;
};

/// A server on loopback ports.
class RunningServer {
 public:
  struct Parts {
    ConnectionLimits limits;
    std::size_t max_connections = 100;
    int threads = 2;
    std::shared_ptr<http::Budget> memory;
    std::vector<std::string> trusted{"127.0.0.1"};
    FakeService::Handler handler = {};
  };
  RunningServer() : RunningServer(Parts{}) {}
  explicit RunningServer(Parts parts);
  RunningServer(const RunningServer&) = delete;
  RunningServer& operator=(const RunningServer&) = delete;
  ~RunningServer();

  [[nodiscard]] std::uint16_t tls_port() const { return server->tls_port(); }
  [[nodiscard]] std::uint16_t plain_port() const { return server->plaintext_port(); }

  TemporaryDirectory directory;
  RealClock clock;
  cogos::test::ManualClock ticket_clock;  // by which TLS ticket keys age
  TestRandom random;
  FakeService service;
  std::unique_ptr<TlsContexts> tls;
  boost::asio::io_context io{2};
  std::unique_ptr<Server> server;

 private:
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_{io.get_executor()};
  std::vector<std::jthread> threads_;
};

/// A request that the plaintext listener takes; `more` are whole header lines.
std::string request(const std::string& method, const std::string& target, const std::string& more = "",
                    const std::string& body = "");

}  // namespace cogos::net::test
