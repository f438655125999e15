#include "net/raw_client.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <stdexcept>

namespace cogos::net::test {

RawClient::RawClient(std::uint16_t port, int receive_buffer)
    : descriptor_(::socket(AF_INET, SOCK_STREAM, 0)) {
  // OpenSSL's own socket BIO raises SIGPIPE. Only for this thread: the server's must do without.
  sigset_t pipe;
  sigemptyset(&pipe);
  sigaddset(&pipe, SIGPIPE);
  pthread_sigmask(SIG_BLOCK, &pipe, nullptr);
  const timeval patience{20, 0};
  ::setsockopt(descriptor_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  ::setsockopt(descriptor_, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
  if (receive_buffer > 0) {
    ::setsockopt(descriptor_, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
  }
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(descriptor_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    ::close(descriptor_);
    throw std::runtime_error("cannot connect");
  }
}

RawClient::~RawClient() {
  close();
  // Else OpenSSL marks the session as not resumable for want of a close_notify.
  if (ssl_ != nullptr) SSL_set_shutdown(ssl_, SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN);
  SSL_free(ssl_);
  SSL_CTX_free(context_);
}

bool RawClient::secure(const std::function<void(SSL_CTX*)>& adjust, SSL_SESSION* session) {
  context_ = SSL_CTX_new(TLS_client_method());
  if (adjust) adjust(context_);
  ssl_ = SSL_new(context_);
  SSL_set_fd(ssl_, descriptor_);
  if (session != nullptr) SSL_set_session(ssl_, session);
  return SSL_connect(ssl_) == 1;
}

std::string RawClient::server_common_name() const {
  X509* certificate = SSL_get0_peer_certificate(ssl_);
  std::array<char, 64> name{};
  if (certificate != nullptr) {
    X509_NAME_get_text_by_NID(X509_get_subject_name(certificate), NID_commonName, name.data(), name.size());
  }
  return name.data();
}

bool RawClient::send(std::string_view bytes) {
  if (ssl_ != nullptr) return SSL_write(ssl_, bytes.data(), static_cast<int>(bytes.size())) > 0;
  while (!bytes.empty()) {
    const auto sent = ::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

bool RawClient::read_more() {
  std::array<char, 16 * 1024> buffer;
  const long got = ssl_ != nullptr ? SSL_read(ssl_, buffer.data(), static_cast<int>(buffer.size()))
                                   : ::recv(descriptor_, buffer.data(), buffer.size(), 0);
  if (got <= 0) return false;
  unread_.append(buffer.data(), static_cast<std::size_t>(got));
  return true;
}

std::size_t RawClient::take_some(std::size_t most) {
  std::vector<char> buffer(most);
  const auto got = ::recv(descriptor_, buffer.data(), buffer.size(), 0);
  return got > 0 ? static_cast<std::size_t>(got) : 0;
}

std::optional<std::string> RawClient::read_line() {
  for (;;) {
    const auto end = unread_.find("\r\n");
    if (end != std::string::npos) {
      std::string line = unread_.substr(0, end);
      unread_.erase(0, end + 2);
      return line;
    }
    if (!read_more()) return std::nullopt;
  }
}

bool RawClient::read_exactly(std::size_t size, std::string& out) {
  while (unread_.size() < size) {
    if (!read_more()) return false;
  }
  out.append(unread_, 0, size);
  unread_.erase(0, size);
  return true;
}

bool RawClient::read_fields(std::map<std::string, std::string>& fields, std::string* text) {
  for (;;) {
    const auto line = read_line();
    if (!line) return false;
    if (line->empty()) return true;
    if (text != nullptr) *text += *line + "\n";
    const auto colon = line->find(": ");
    std::string name = line->substr(0, colon);
    std::transform(name.begin(), name.end(), name.begin(), [](unsigned char c) { return std::tolower(c); });
    fields[name] = colon == std::string::npos ? "" : line->substr(colon + 2);
  }
}

std::optional<RawResponse> RawClient::receive(bool to_head) {
  RawResponse response;
  const auto status_line = read_line();
  if (!status_line || status_line->size() < 12) return std::nullopt;
  response.head = *status_line + "\n";
  response.status = std::stoi(status_line->substr(9, 3));
  if (!read_fields(response.headers, &response.head)) return std::nullopt;
  if (to_head || response.status == 100) return response;
  if (response.headers.contains("content-length")) {
    if (!read_exactly(std::stoul(response.headers["content-length"]), response.body)) return std::nullopt;
  } else if (response.headers.contains("transfer-encoding")) {
    for (;;) {
      const auto size_line = read_line();
      if (!size_line) return std::nullopt;
      const auto size = std::stoul(*size_line, nullptr, 16);
      if (size == 0) break;
      if (!read_exactly(size, response.body) || !read_line()) return std::nullopt;
    }
    if (!read_fields(response.trailers, nullptr)) return std::nullopt;
  } else {
    response.body = rest();
  }
  return response;
}

bool RawClient::at_end() {
  return unread_.empty() && !read_more();
}

std::string RawClient::rest() {
  while (read_more()) {
  }
  return std::move(unread_);
}

void RawClient::close() {
  if (descriptor_ >= 0) ::close(descriptor_);
  descriptor_ = -1;
}

}  // namespace cogos::net::test
