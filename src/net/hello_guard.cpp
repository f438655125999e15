#include "net/hello_guard.hpp"

#include <algorithm>

namespace cogos::net {
namespace {

constexpr std::uint8_t kChangeCipherSpec = 20;
constexpr std::uint8_t kHandshake = 22;
constexpr std::uint8_t kClientHello = 1;

/// The random of a ServerHello that asks for another ClientHello (RFC 8446 §4.1.3).
constexpr std::array<std::uint8_t, 32> kRetry{
    0xcf, 0x21, 0xad, 0x74, 0xe5, 0x9a, 0x61, 0x11, 0xbe, 0x1d, 0x8c, 0x02, 0x1e, 0x65, 0xb8, 0x91,
    0xc2, 0xa2, 0x11, 0x16, 0x7a, 0xbb, 0x8c, 0x5e, 0x07, 0x9e, 0x09, 0xe2, 0xc8, 0xa8, 0x33, 0x9c};
/// Behind a record's head (5), a message's (4) and the version (2).
constexpr std::size_t kRandomAt = 11;

}  // namespace

bool HelloGuard::received(std::span<const std::uint8_t> bytes) noexcept {
  for (auto at = bytes.begin(); looking_ && at != bytes.end();) {
    if (record_seen_ < record_.size()) {
      record_[record_seen_++] = *at++;
      if (record_seen_ < record_.size()) continue;
      record_left_ = std::size_t{record_[3]} << 8U | record_[4];
      // Whatever else begins here is for OpenSSL to judge.
      looking_ = record_[0] == kHandshake || record_[0] == kChangeCipherSpec;
    } else if (record_left_ == 0) {
      record_seen_ = 0;
    } else if (record_[0] == kHandshake && message_seen_ < message_.size()) {
      message_[message_seen_++] = *at++;
      --record_left_;
      if (message_seen_ < message_.size()) continue;
      message_left_ = std::size_t{message_[1]} << 16U | std::size_t{message_[2]} << 8U | message_[3];
      if (message_[0] == kClientHello && message_left_ > kLongest) return false;
      looking_ = message_[0] == kClientHello && message_left_ > 0;
    } else {
      const auto rest = static_cast<std::size_t>(bytes.end() - at);
      std::size_t step = std::min(rest, record_left_);
      if (record_[0] == kHandshake) {
        step = std::min(step, message_left_);
        message_left_ -= step;
        looking_ = message_left_ > 0;
      }
      record_left_ -= step;
      at += static_cast<std::ptrdiff_t>(step);
    }
  }
  return true;
}

void HelloGuard::sent(std::span<const std::uint8_t> bytes) noexcept {
  if (answered_) return;
  answered_ = true;
  if (bytes.size() < kRandomAt + kRetry.size()) return;
  if (std::equal(kRetry.begin(), kRetry.end(), bytes.begin() + kRandomAt)) {
    record_seen_ = message_seen_ = record_left_ = message_left_ = 0;
    looking_ = true;
  }
}

}  // namespace cogos::net
