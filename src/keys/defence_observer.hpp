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
  /// A key was taken out of use, or would have been (`suspected`) if that were switched on. `pattern` is one
  /// of the scanners'.
  virtual void quarantined(std::string_view key_id, std::string_view peer, std::string_view pattern) = 0;
  virtual void suspected(std::string_view key_id, std::string_view peer, std::string_view pattern) = 0;
  /// An event has taken effect but could not be made durable.
  virtual void not_recorded(std::string_view event, const Error& error) = 0;
};

}  // namespace cogos::keys
