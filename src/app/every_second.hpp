#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <functional>

namespace cogos::app {

/// Runs something on the loop once a second, never twice at a time, until it goes.
class EverySecond {
 public:
  /// `io` must outlive this by its last run; `run` must not throw and takes little time.
  EverySecond(boost::asio::io_context& io, std::function<void()> run) : run_(std::move(run)), timer_(io) {}

  void start();

 private:
  std::function<void()> run_;
  boost::asio::steady_timer timer_;
};

}  // namespace cogos::app
