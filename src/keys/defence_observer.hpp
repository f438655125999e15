#pragma once

#include <chrono>
#include <string_view>

#include "cogos/result.hpp"

namespace cogos::keys {

/// Is told what the defence does, for the log and for figures. Called from any thread, the store's own
/// included; must neither throw nor wait.
class DefenceObserver {
 public:
  DefenceObserver() = default;
  DefenceObserver(const DefenceObserver&) = delete;
  DefenceObserver& operator=(const DefenceObserver&) = delete;
  virtual ~DefenceObserver() = default;

  /// `peer` is an address or an IPv6 network, `reason` one of a few fixed words.
  virtual void banned(std::string_view peer, std::string_view reason, std::chrono::seconds length) = 0;
  /// An event has taken effect but could not be made durable.
  virtual void not_recorded(std::string_view event, const Error& error) = 0;
};

}  // namespace cogos::keys
