#include "stages/defence.hpp"

namespace cogos::stages {

void Defence::failed_proof(const boost::asio::ip::address& peer) {
  const Detector::Seen seen = detector_.failed(peer);
  if (!seen.banned_now) return;
  bans_.record(peer, "authentication_failures", seen.failures, Detector::kFailureBan);
}

void Defence::scanned(const boost::asio::ip::address& peer, http::ScannerPattern pattern) {
  const Detector::Scanned scanned = detector_.scanned(peer, pattern);
  if (scanned.seen.banned_now) bans_.record(peer, "scanner_hits", scanned.seen.scans, Detector::kScanBan);
}

}  // namespace cogos::stages
