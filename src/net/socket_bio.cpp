#include "net/socket_bio.hpp"

#include <sys/socket.h>

#include <cerrno>
#include <cstdint>
#include <optional>

#include "net/hello_guard.hpp"

namespace cogos::net {
namespace {

struct State {
  int descriptor;
  bool ended;
  int reads_left;
  std::optional<HelloGuard> guard;
};

State& state_of(BIO* bio) {
  return *static_cast<State*>(BIO_get_data(bio));
}

std::span<const std::uint8_t> bytes_of(const char* bytes, std::size_t size) {
  return {reinterpret_cast<const std::uint8_t*>(bytes), size};
}

bool is_retry(int error) {
  return error == EAGAIN || error == EWOULDBLOCK || error == EINTR;
}

int read_bio(BIO* bio, char* into, std::size_t size, std::size_t* moved) {
  BIO_clear_retry_flags(bio);
  State& state = state_of(bio);
  *moved = 0;
  if (state.reads_left <= 0) {
    BIO_set_retry_read(bio);
    return 0;
  }
  --state.reads_left;
  const auto received = ::recv(state.descriptor, into, size, 0);
  if (received > 0) {
    const auto size_received = static_cast<std::size_t>(received);
    if (state.guard && !state.guard->received(bytes_of(into, size_received))) return 0;
    *moved = size_received;
    return 1;
  }
  if (received == 0) {
    state.ended = true;
  } else if (is_retry(errno)) {
    BIO_set_retry_read(bio);
  }
  return 0;
}

int write_bio(BIO* bio, const char* bytes, std::size_t size, std::size_t* moved) {
  BIO_clear_retry_flags(bio);
  State& state = state_of(bio);
  const auto sent = ::send(state.descriptor, bytes, size, MSG_NOSIGNAL);
  *moved = sent > 0 ? static_cast<std::size_t>(sent) : 0;
  if (sent > 0) {
    if (state.guard) state.guard->sent(bytes_of(bytes, *moved));
    return 1;
  }
  if (sent < 0 && is_retry(errno)) BIO_set_retry_write(bio);
  return 0;
}

long control_bio(BIO* bio, int command, long /*number*/, void* /*pointer*/) {
  switch (command) {
    case BIO_CTRL_FLUSH:
      return 1;
    case BIO_CTRL_EOF:
      return state_of(bio).ended ? 1 : 0;
    default:
      return 0;
  }
}

int destroy_bio(BIO* bio) {
  delete static_cast<State*>(BIO_get_data(bio));
  BIO_set_data(bio, nullptr);
  return 1;
}

const BIO_METHOD* method() {
  // Lives as long as the process: connections may be closed by static destructors.
  static const BIO_METHOD* const one = [] {
    BIO_METHOD* made = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "cogos socket");
    if (made == nullptr) return made;
    BIO_meth_set_read_ex(made, read_bio);
    BIO_meth_set_write_ex(made, write_bio);
    BIO_meth_set_ctrl(made, control_bio);
    BIO_meth_set_destroy(made, destroy_bio);
    return made;
  }();
  return one;
}

}  // namespace

void allow_reads(BIO* bio, int count) noexcept {
  state_of(bio).reads_left = count;
}

BIO* new_socket_bio(int descriptor, bool guards_hello) {
  if (method() == nullptr) return nullptr;
  BIO* bio = BIO_new(method());
  if (bio == nullptr) return nullptr;
  auto* state = new State{descriptor, false, 0, std::nullopt};
  if (guards_hello) state->guard.emplace();
  BIO_set_data(bio, state);
  BIO_set_init(bio, 1);
  return bio;
}

}  // namespace cogos::net
