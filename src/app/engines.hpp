#pragma once

#include <memory>

#include "app/settings.hpp"
#include "base/time.hpp"
#include "engine/live_search.hpp"
#include "engine/measured_engine.hpp"
#include "http/outgoing.hpp"

namespace cogos::app {

/// The engine and the live search that the settings name, each with the client it speaks through. Throws
/// std::runtime_error with a sentence for the operator where its upstream is not first-party or its API key
/// is missing.
class Engines {
 public:
  Engines(const Settings& settings, const Clock& clock);
  ~Engines();
  Engines(const Engines&) = delete;
  Engines& operator=(const Engines&) = delete;

  [[nodiscard]] engine::InferenceEngine& inference() noexcept { return *measured_; }
  [[nodiscard]] const engine::EngineFigures& figures() const noexcept { return figures_; }
  [[nodiscard]] engine::LiveSearch& search() noexcept { return *search_; }

 private:
  void make_inference(const Settings& settings, const Clock& clock);
  void make_search(const Settings& settings, const Clock& clock);

  std::unique_ptr<http::HttpClient> client_;
  std::unique_ptr<engine::InferenceEngine> inference_;
  engine::EngineFigures figures_;
  std::unique_ptr<engine::MeasuredEngine> measured_;
  std::unique_ptr<http::HttpClient> search_client_;
  std::unique_ptr<engine::LiveSearch> search_;
};

/// Whether the settings of a live search can be: https, or http to loopback. Fails with invalid_request.
[[nodiscard]] Result<void> check_live_search(const Settings& settings);

/// Whether prompts may go where the settings send them.
[[nodiscard]] Result<void> check_upstream(const Settings& settings);

}  // namespace cogos::app
