#pragma once

#include <array>
#include <atomic>
#include <string_view>

#include "base/histogram.hpp"
#include "base/time.hpp"
#include "engine/inference_engine.hpp"

namespace cogos::engine {

/// How the calls to an engine went. Safe to use from any thread without a lock.
class EngineFigures {
 public:
  enum class Outcome : std::uint8_t {
    done,
    unsatisfiable,
    upstream_error,
    timeout,
    overloaded,
    client_closed
  };
  static constexpr std::array<std::string_view, 6> kOutcomes{
      "done", "schema_unsatisfiable", "upstream_error", "upstream_timeout", "overloaded", "client_closed"};

  EngineFigures();
  void count(Outcome outcome, std::chrono::nanoseconds took) noexcept;
  [[nodiscard]] std::uint64_t calls(Outcome outcome) const noexcept {
    return calls_[static_cast<std::size_t>(outcome)].load(std::memory_order_relaxed);
  }
  /// In nanoseconds, of all calls, whatever came of them.
  [[nodiscard]] Histogram::Reading latency() const { return latency_.read(); }

 private:
  std::array<std::atomic<std::uint64_t>, kOutcomes.size()> calls_{};
  Histogram latency_;
};

/// Another engine, measured: two readings of the clock and a coroutine's frame a call, and for a streamed one
/// a frame for each piece. A stream that is given up before its end counts as one whose client left.
class MeasuredEngine final : public InferenceEngine {
 public:
  /// All must outlive it.
  MeasuredEngine(InferenceEngine& engine, const Clock& clock, EngineFigures& figures)
      : engine_(engine), clock_(clock), figures_(figures) {}

  http::Task<Result<InferenceReply>> complete(const InferenceRequest& request,
                                              http::Cancellation& cancellation) override;
  http::Task<Result<std::unique_ptr<InferenceStream>>> stream(const InferenceRequest& request,
                                                              http::Cancellation& cancellation) override;
  [[nodiscard]] Result<void> accepts(const InferenceRequest& request) const override {
    return engine_.accepts(request);
  }
  [[nodiscard]] bool embeds() const noexcept override { return engine_.embeds(); }
  http::Task<Result<EmbeddingReply>> embed(const EmbeddingRequest& request,
                                           http::Cancellation& cancellation) override;
  http::Task<Result<void>> probe(http::Cancellation& cancellation) override {
    return engine_.probe(cancellation);
  }
  [[nodiscard]] std::string_view name() const noexcept override { return engine_.name(); }

 private:
  InferenceEngine& engine_;
  const Clock& clock_;
  EngineFigures& figures_;
};

}  // namespace cogos::engine
