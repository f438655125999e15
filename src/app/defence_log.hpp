#pragma once

#include "app/log.hpp"
#include "keys/defence_observer.hpp"

namespace cogos::app {

/// What the defence does, as lines of the log. Thread-safe.
class DefenceLog final : public keys::DefenceObserver {
 public:
  explicit DefenceLog(Log& log) : log_(log) {}

  void banned(std::string_view peer, std::string_view reason, std::chrono::seconds length) override;
  void quarantined(std::string_view key_id, std::string_view peer, std::string_view pattern) override;
  void suspected(std::string_view key_id, std::string_view peer, std::string_view pattern) override;
  void not_recorded(std::string_view event, const Error& error) override;

 private:
  Log& log_;
};

}  // namespace cogos::app
