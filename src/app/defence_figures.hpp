#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <string_view>

#include "keys/defence_observer.hpp"

namespace cogos::app {

/// Counts what the defence does and hands it on. Safe to use from any thread
/// without a lock.
class DefenceFigures final : public keys::DefenceObserver {
 public:
  static constexpr std::array<std::string_view, 4> kEvents{"ban", "quarantine", "suspicion", "not_recorded"};

  /// `next` must outlive it.
  explicit DefenceFigures(keys::DefenceObserver& next) : next_(next) {}

  void banned(std::string_view peer, std::string_view reason, std::chrono::seconds length) override {
    count(0);
    next_.banned(peer, reason, length);
  }
  void quarantined(std::string_view key_id, std::string_view peer, std::string_view pattern) override {
    count(1);
    next_.quarantined(key_id, peer, pattern);
  }
  void suspected(std::string_view key_id, std::string_view peer, std::string_view pattern) override {
    count(2);
    next_.suspected(key_id, peer, pattern);
  }
  void not_recorded(std::string_view event, const Error& error) override {
    count(3);
    next_.not_recorded(event, error);
  }

  /// By the number of the event in kEvents.
  [[nodiscard]] std::uint64_t events(std::size_t number) const { return events_.at(number).load(); }

 private:
  void count(std::size_t number) { events_.at(number).fetch_add(1, std::memory_order_relaxed); }

  keys::DefenceObserver& next_;
  std::array<std::atomic<std::uint64_t>, kEvents.size()> events_{};
};

}  // namespace cogos::app
