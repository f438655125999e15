#include "app/every_second.hpp"

namespace cogos::app {

void EverySecond::start() {
  timer_.expires_after(std::chrono::seconds{1});
  timer_.async_wait([this](const boost::system::error_code& error) {
    if (error) return;
    run_();
    start();
  });
}

}  // namespace cogos::app
