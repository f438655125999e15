#pragma once

#include <boost/asio.hpp>
#include <functional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

namespace cogos::net::test {

using boost::asio::ip::tcp;

/// An upstream that lets a script talk to each connection in turn.
class Stub {
 public:
  using Script = std::function<void(tcp::socket&)>;
  explicit Stub(std::vector<Script> scripts) : acceptor_(io_, tcp::endpoint(tcp::v4(), 0)) {
    thread_ = std::jthread([this, scripts = std::move(scripts)] {
      for (const auto& script : scripts) {
        tcp::socket socket(io_);
        acceptor_.accept(socket);
        boost::system::error_code over;
        script(socket);
        socket.close(over);
      }
    });
  }
  [[nodiscard]] std::string url(const std::string& path = "/") const {
    return "http://127.0.0.1:" + std::to_string(acceptor_.local_endpoint().port()) + path;
  }

 private:
  boost::asio::io_context io_;
  tcp::acceptor acceptor_;
  std::jthread thread_;
};

/// One request's head and, by its Content-Length, its body; empty at the end.
inline std::string read_request(tcp::socket& socket) {
  boost::system::error_code over;
  std::string bytes;
  boost::asio::read_until(socket, boost::asio::dynamic_buffer(bytes), "\r\n\r\n", over);
  const auto at = bytes.find("Content-Length: ");
  if (at != std::string::npos) {
    const auto wanted = bytes.find("\r\n\r\n") + 4 + std::stoul(bytes.substr(at + 16));
    if (bytes.size() < wanted) {
      boost::asio::read(socket, boost::asio::dynamic_buffer(bytes),
                        boost::asio::transfer_exactly(wanted - bytes.size()), over);
    }
  }
  return bytes;
}

inline void write(tcp::socket& socket, std::string_view bytes) {
  boost::system::error_code over;
  boost::asio::write(socket, boost::asio::buffer(bytes), over);
}

inline Stub::Script answering(std::string bytes) {
  return [bytes = std::move(bytes)](tcp::socket& socket) {
    read_request(socket);
    write(socket, bytes);
  };
}

}  // namespace cogos::net::test
