#pragma once

#include <functional>
#include <string>

#include "app/defence_figures.hpp"
#include "app/request_figures.hpp"
#include "engine/measured_engine.hpp"
#include "store/store.hpp"

namespace cogos::app {

/// Where the figures come from. All must outlive the metrics.
struct MetricsSources {
  const RequestFigures& requests;
  const DefenceFigures& defence;
  const engine::EngineFigures& engine;
  std::string engine_name;
  std::function<store::StoreStatus()> store;
  std::function<std::size_t()> connections;
  std::function<std::uint64_t()> pending_requests;
};

/// All figures as Prometheus reads them (text format 0.0.4). Labels hold route patterns, methods, status
/// codes and words of ours: nothing that a client sent, no key, no tenant, no address. Thread-safe.
class Metrics {
 public:
  explicit Metrics(MetricsSources sources) : sources_(std::move(sources)) {}

  /// About a millisecond.
  [[nodiscard]] std::string text() const;

 private:
  MetricsSources sources_;
};

}  // namespace cogos::app
