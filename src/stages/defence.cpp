#include "stages/defence.hpp"

namespace cogos::stages {
namespace {

keys::QuarantineEvidence evidence(const boost::asio::ip::address& peer, http::ScannerPattern pattern,
                                  const Detector::Seen& seen, std::chrono::milliseconds apart,
                                  bool key_first) {
  keys::QuarantineEvidence found;
  found.pattern = http::to_text(pattern);
  found.address = peer.to_string();
  found.key_first = key_first;
  found.apart_ms = static_cast<std::uint64_t>(apart.count());
  found.scanner_hits = seen.scans;
  found.authentication_failures = seen.failures;
  return found;
}

}  // namespace

Defence::Defence(DefenceOptions options, Detector& detector, BanRecorder& bans, keys::Quarantine& quarantine)
    : detector_(detector),
      bans_(bans),
      quarantine_(quarantine),
      options_(std::make_shared<const DefenceOptions>(std::move(options))) {
  quarantine_.on_clear([&detector](const std::string& key_id) { detector.forgive(key_id); });
}

void Defence::set_options(DefenceOptions options) {
  auto next = std::make_shared<const DefenceOptions>(std::move(options));
  const std::lock_guard lock(mutex_);
  options_.swap(next);
}

void Defence::failed_proof(const boost::asio::ip::address& peer) {
  const Detector::Seen seen = detector_.failed(peer);
  if (!seen.banned_now) return;
  bans_.record(peer, "authentication_failures", seen.failures, Detector::kFailureBan);
}

void Defence::scanned(const boost::asio::ip::address& peer, http::ScannerPattern pattern) {
  const Detector::Scanned scanned = detector_.scanned(peer, pattern);
  std::vector<keys::Quarantine::Case> cases;
  cases.reserve(scanned.uses.size());
  for (const auto& use : scanned.uses) {
    cases.push_back({use.key->key_id, evidence(peer, pattern, scanned.seen, use.before, true)});
  }
  if (!cases.empty()) act(peer, cases);
  if (scanned.seen.banned_now) bans_.record(peer, "scanner_hits", scanned.seen.scans, Detector::kScanBan);
}

bool Defence::used(const boost::asio::ip::address& peer, const Detector::Key& key) {
  const auto suspicion = detector_.used(peer, key);
  if (!suspicion) return false;
  return act(peer,
             {{key->key_id, evidence(peer, suspicion->pattern, suspicion->seen, suspicion->before, false)}});
}

bool Defence::act(const boost::asio::ip::address& peer, const std::vector<keys::Quarantine::Case>& cases) {
  std::shared_ptr<const DefenceOptions> options;
  {
    const std::lock_guard lock(mutex_);
    options = options_;
  }
  if (options->exempt.contains(peer)) return false;
  if (!options->quarantine) {
    quarantine_.alert(cases);
    return false;
  }
  quarantine_.impose(cases);
  return true;
}

}  // namespace cogos::stages
