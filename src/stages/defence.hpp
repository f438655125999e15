#pragma once

#include "stages/ban_recorder.hpp"
#include "stages/detector.hpp"
#include "stages/failed_proofs.hpp"

namespace cogos::stages {

/// What follows from what the detector sees. Thread-safe.
class Defence final : public FailedProofs {
 public:
  Defence(Detector& detector, BanRecorder& bans) : detector_(detector), bans_(bans) {}

  void failed_proof(const boost::asio::ip::address& peer) override;
  /// Somebody there asked for what only scanners ask for.
  void scanned(const boost::asio::ip::address& peer, http::ScannerPattern pattern);

 private:
  Detector& detector_;
  BanRecorder& bans_;
};

}  // namespace cogos::stages
