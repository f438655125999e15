#include "stages/ban_recorder.hpp"

#include <string>

#include "stages/peer_id.hpp"

namespace cogos::stages {
namespace {

constexpr const char* kEvent = "peer.banned";

}  // namespace

void BanRecorder::record(const boost::asio::ip::address& peer, std::string_view reason, std::uint32_t count,
                         std::chrono::seconds length) {
  const std::string address = peer_text(peer);
  observer_.banned(address, reason, length);
  if (state_->waiting.fetch_add(1) >= kMaxWaiting) {
    --state_->waiting;
    ++state_->left_out;
    observer_.not_recorded(kEvent, {ErrorCode::overloaded, "too many rows of bans wait for the disk"});
    return;
  }
  keys::OperatorRows::Detail detail{{"event", kEvent},
                                    {"address", address},
                                    {"reason", std::string(reason)},
                                    {"count", std::to_string(count)},
                                    {"seconds", std::to_string(length.count())}};
  if (const auto left_out = state_->left_out.exchange(0); left_out > 0) {
    detail.emplace("bans_left_out", std::to_string(left_out));
  }
  log_.append(rows_.event(kEvent, std::move(detail)),
              [state = state_, &observer = observer_](const Result<proof::ChainHead>& head) {
                --state->waiting;
                if (!head) observer.not_recorded(kEvent, head.error());
              });
}

}  // namespace cogos::stages
