#pragma once

#include <memory>
#include <mutex>

#include "http/networks.hpp"
#include "keys/quarantine.hpp"
#include "stages/ban_recorder.hpp"
#include "stages/detector.hpp"
#include "stages/failed_proofs.hpp"

namespace cogos::stages {

struct DefenceOptions {
  bool quarantine = true;  ///< False: rows and log lines of what would have been quarantined, no more.
  http::Networks
      exempt;  ///< Where no use of a key is suspicious, such as a shared egress. Bans hold there too.
};

/// What follows from what the detector sees. Thread-safe.
class Defence final : public FailedProofs {
 public:
  /// The references must outlive it.
  Defence(DefenceOptions options, Detector& detector, BanRecorder& bans, keys::Quarantine& quarantine);

  /// From now on; for a reload of the settings.
  void set_options(DefenceOptions options);

  void failed_proof(const boost::asio::ip::address& peer) override;
  /// Somebody there asked for what only scanners ask for. The keys that were used from there are out of use
  /// when this returns, and on disk so once keys::Quarantine::when_settled says it.
  void scanned(const boost::asio::ip::address& peer, http::ScannerPattern pattern);
  /// A key was let in. True where it is out of use now: a pattern fired there just before. Costs one look-up
  /// while the address has no incidents.
  [[nodiscard]] bool used(const boost::asio::ip::address& peer, const Detector::Key& key);

 private:
  /// False where the keys stay in use.
  bool act(const boost::asio::ip::address& peer, const std::vector<keys::Quarantine::Case>& cases);

  Detector& detector_;
  BanRecorder& bans_;
  keys::Quarantine& quarantine_;
  std::mutex mutex_;
  std::shared_ptr<const DefenceOptions> options_;  // swapped under the mutex; asked for only at an incident
};

}  // namespace cogos::stages
