#pragma once

#include <atomic>
#include <memory>
#include <mutex>

#include "http/networks.hpp"
#include "http/stage.hpp"

namespace cogos::stages {

/// For whom the operators' routes exist: where they have a listener of their own on that one alone, which has
/// nothing else then but the probes; and only for clients from the networks given, where any are. For
/// everybody else those paths are unknown ones. Looks at listener and address only, whatever is asked for, so
/// neither answers nor their times tell more. Thread-safe; without networks it costs a load, else about 20 ns
/// and a comparison a network.
class AdminAccess final : public http::Access {
 public:
  /// `own_door`: the operators have a listener of their own. Empty `from`: they may call from anywhere.
  AdminAccess(bool own_door, http::Networks from) : own_door_(own_door) { allow_from(std::move(from)); }

  [[nodiscard]] http::Surface surface_for(const http::Exchange& exchange) const override;

  /// In force for every request that comes in after it.
  void allow_from(http::Networks networks);

 private:
  [[nodiscard]] bool may_operate(const boost::asio::ip::address& peer) const;

  const bool own_door_;
  std::atomic<bool> anywhere_{false};
  mutable std::mutex mutex_;  // guards from_
  std::shared_ptr<const http::Networks> from_;
};

}  // namespace cogos::stages
