// Full TLS handshakes against a server on loopback, one request each:
//   bench_handshakes PORT SECONDS THREADS PATH
// Prints `figures REQUESTS MICROSECONDS P50_US P99_US ERRORS`. wrk cannot do this: it takes its sessions up
// again.
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace {

using Clock = std::chrono::steady_clock;

struct Figures {
  std::vector<std::int64_t> took_us;
  std::uint64_t errors = 0;
};

int connect_to(std::uint16_t port) {
  const int descriptor = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const int on = 1;
  ::setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(descriptor, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0)
    return descriptor;
  ::close(descriptor);
  return -1;
}

/// One connection with a handshake from nothing, a request and its whole answer.
bool one_call(SSL_CTX* context, std::uint16_t port, const std::string& request) {
  const int descriptor = connect_to(port);
  if (descriptor < 0) return false;
  const std::unique_ptr<SSL, decltype(&SSL_free)> ssl(SSL_new(context), SSL_free);
  SSL_set_fd(ssl.get(), descriptor);
  bool answered = SSL_connect(ssl.get()) == 1 && SSL_session_reused(ssl.get()) == 0 &&
                  SSL_write(ssl.get(), request.data(), static_cast<int>(request.size())) > 0;
  bool first = true;
  char buffer[4096];
  while (answered) {
    const int got = SSL_read(ssl.get(), buffer, sizeof buffer);
    if (got <= 0) break;
    if (first)
      answered = std::string_view(buffer, static_cast<std::size_t>(got)).starts_with("HTTP/1.1 200 ");
    first = false;
  }
  ::close(descriptor);
  return answered && !first;
}

void load(std::uint16_t port, Clock::time_point end, const std::string& request, Figures& figures) {
  const std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context(SSL_CTX_new(TLS_client_method()),
                                                                  SSL_CTX_free);
  for (auto began = Clock::now(); began < end;) {
    if (!one_call(context.get(), port, request)) ++figures.errors;
    const auto now = Clock::now();
    figures.took_us.push_back(std::chrono::duration_cast<std::chrono::microseconds>(now - began).count());
    began = now;
  }
}

std::optional<unsigned> number(std::string_view text) {
  unsigned value = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (problem != std::errc{} || end != text.data() + text.size() || value == 0) return std::nullopt;
  return value;
}

}  // namespace

int main(int count, char** values) {
  const auto port = count == 5 ? number(values[1]) : std::nullopt;
  const auto seconds = count == 5 ? number(values[2]) : std::nullopt;
  const auto threads = count == 5 ? number(values[3]) : std::nullopt;
  if (!port || !seconds || !threads) {
    std::cerr << "usage: bench_handshakes PORT SECONDS THREADS PATH\n";
    return 2;
  }
  const std::string request =
      "GET " + std::string(values[4]) + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
  std::vector<Figures> parts(*threads);
  std::vector<std::thread> running;
  const auto began = Clock::now();
  for (Figures& part : parts) {
    running.emplace_back([&] {
      load(static_cast<std::uint16_t>(*port), began + std::chrono::seconds{*seconds}, request, part);
    });
  }
  for (std::thread& thread : running) thread.join();
  const auto took = std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - began).count();
  Figures all;
  for (const Figures& part : parts) {
    all.took_us.insert(all.took_us.end(), part.took_us.begin(), part.took_us.end());
    all.errors += part.errors;
  }
  std::sort(all.took_us.begin(), all.took_us.end());
  const auto at = [&all](std::size_t percent) {
    return all.took_us.empty() ? 0 : all.took_us[(all.took_us.size() - 1) * percent / 100];
  };
  std::cout << "figures " << all.took_us.size() << ' ' << took << ' ' << at(50) << ' ' << at(99) << ' '
            << all.errors << '\n';
  return 0;
}
