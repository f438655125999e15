#include "stages/first_refusal.hpp"

#include "stages/body_hash.hpp"

namespace cogos::stages {

void leave_body_out(http::Exchange& exchange) {
  exchange.request.body = {};
  exchange.request.body_complete = false;
  exchange.request_sha256 = sha256_of_body({});
}

std::uint32_t whole_seconds(std::chrono::nanoseconds wait) noexcept {
  return static_cast<std::uint32_t>(std::chrono::ceil<std::chrono::seconds>(wait).count());
}

}  // namespace cogos::stages
