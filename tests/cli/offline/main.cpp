// The smallest program that can verify. That it links shows what the offline commands need.
#include <cstdlib>
#include <iostream>

#include "base/time.hpp"
#include "cli/run.hpp"
#include "crypto/system_random.hpp"

namespace {

class SystemClock final : public cogos::Clock {
 public:
  [[nodiscard]] cogos::TimePoint now() const override {
    return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
  }
  [[nodiscard]] std::chrono::steady_clock::time_point monotonic() const override {
    return std::chrono::steady_clock::now();
  }
};

}  // namespace

int main(int argc, char** argv) {
  const auto environment = [](const std::string& name) {
    const char* value = std::getenv(name.c_str());
    return value == nullptr ? std::nullopt : std::optional<std::string>(value);
  };
  cogos::crypto::SystemRandom random;
  const SystemClock clock;
  cogos::cli::CommandContext context{std::cin, std::cout, std::cerr, environment, random, clock, "offline"};
  return cogos::cli::run_verifier(argc, argv, context);
}
