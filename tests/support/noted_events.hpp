#pragma once

#include <mutex>
#include <string>
#include <vector>

#include "keys/defence_observer.hpp"

namespace cogos::test {

/// What the observer was told.
struct NotedEvents final : keys::DefenceObserver {
  void banned(std::string_view peer, std::string_view reason, std::chrono::seconds length) override {
    note("banned " + std::string(peer) + " " + std::string(reason) + " " + std::to_string(length.count()));
  }
  void quarantined(std::string_view key_id, std::string_view peer, std::string_view pattern) override {
    note("quarantined " + std::string(key_id) + " " + std::string(peer) + " " + std::string(pattern));
  }
  void suspected(std::string_view key_id, std::string_view peer, std::string_view pattern) override {
    note("suspected " + std::string(key_id) + " " + std::string(peer) + " " + std::string(pattern));
  }
  void not_recorded(std::string_view event, const Error& /*error*/) override {
    note("not recorded " + std::string(event));
  }
  void note(std::string event) {
    const std::lock_guard lock(mutex);
    events.push_back(std::move(event));
  }
  std::mutex mutex;
  std::vector<std::string> events;
};

}  // namespace cogos::test
