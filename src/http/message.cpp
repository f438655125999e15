#include "http/message.hpp"

#include "base/wipe.hpp"

namespace cogos::http {

Response::Response(Response&& other) noexcept {
  *this = std::move(other);
}

Response& Response::operator=(Response&& other) noexcept {
  if (this == &other) return *this;
  wipe();
  status = other.status;
  headers = std::move(other.headers);
  body.clear();
  body.swap(other.body);
  stream = std::move(other.stream);
  secret = std::exchange(other.secret, false);
  return *this;
}

void Response::wipe() noexcept {
  if (secret) base::wipe(body);
}

}  // namespace cogos::http
