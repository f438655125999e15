#pragma once

#include <array>
#include <atomic>
#include <functional>
#include <memory>
#include <string_view>
#include <unordered_map>

#include "base/histogram.hpp"
#include "http/router.hpp"
#include "http/stage.hpp"

namespace cogos::app {

/// Counts every answer by route and status, every refusal by its kind, and how long each stage took. Routes
/// are told apart by their pattern, never by what a client sent. Safe to use from any thread without a lock:
/// an answer costs a look-up in a table that never changes and a dozen relaxed additions.
class RequestFigures final : public http::Observer {
 public:
  /// Stretches between two stations; `whole` is from the head's arrival to the last receipt.
  static constexpr std::array<std::string_view, 5> kStages{"whole", "gates", "handler", "record", "seals"};

  /// Who or what refused.
  static constexpr std::array<std::string_view, 9> kRefusals{
      "address_rate", "tenant_rate", "monthly_quota", "daily_quota",      "prompt_ceiling",
      "model_tier",   "quarantine",  "overload",      "audit_unavailable"};

  static constexpr std::size_t kErrorCodes = 64;

  /// Of one route, or of all requests that found none.
  struct PerRoute {
    PerRoute();
    std::array<std::atomic<std::uint64_t>, 500> by_status{};  ///< From 100.
    std::array<Histogram, kStages.size()> stages;             ///< In nanoseconds.
  };

  RequestFigures();
  /// Before the first request: counts this route by itself. It must outlive the figures.
  void know(const http::Route& route) { routes_[&route] = std::make_unique<PerRoute>(); }

  void answered(const http::Exchange& exchange) override;

  /// Null stands for no route.
  void each_route(const std::function<void(const http::Route*, const PerRoute&)>& use) const;
  [[nodiscard]] std::uint64_t refusals(std::size_t kind) const { return refusals_.at(kind).load(); }
  [[nodiscard]] std::uint64_t errors(std::size_t code) const { return errors_.at(code).load(); }

 private:
  void count_error(const http::Exchange& exchange, ErrorCode code);

  std::unordered_map<const http::Route*, std::unique_ptr<PerRoute>> routes_;
  PerRoute unknown_;
  std::array<std::atomic<std::uint64_t>, kRefusals.size()> refusals_{};
  std::array<std::atomic<std::uint64_t>, kErrorCodes> errors_{};
};

}  // namespace cogos::app
