#include "stages/defence.hpp"

namespace cogos::stages {

void Defence::failed_proof(const boost::asio::ip::address& peer) {
  const Detector::Seen seen = detector_.failed(peer);
  if (!seen.banned_now) return;
  bans_.record(peer, "authentication_failures", seen.failures, Detector::kFailureBan);
}

}  // namespace cogos::stages
