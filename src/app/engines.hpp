#pragma once

#include <memory>

#include "app/settings.hpp"
#include "base/time.hpp"
#include "engine/inference_engine.hpp"
#include "http/outgoing.hpp"

namespace cogos::app {

/// The engine that the settings name, with the client it speaks through. Throws std::runtime_error with a
/// sentence for the operator where its upstream is not first-party or its API key is missing.
class Engines {
 public:
  Engines(const Settings& settings, const Clock& clock);
  ~Engines();
  Engines(const Engines&) = delete;
  Engines& operator=(const Engines&) = delete;

  [[nodiscard]] engine::InferenceEngine& inference() noexcept { return *inference_; }

 private:
  std::unique_ptr<http::HttpClient> client_;
  std::unique_ptr<engine::InferenceEngine> inference_;
};

/// Whether prompts may go where the settings send them.
[[nodiscard]] Result<void> check_upstream(const Settings& settings);

}  // namespace cogos::app
