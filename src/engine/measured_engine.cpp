#include "engine/measured_engine.hpp"

#include <utility>

namespace cogos::engine {
namespace {

constexpr std::uint64_t kMs = 1'000'000;
constexpr std::array<std::uint64_t, 12> kLatencyBounds{kMs / 10,    kMs,          5 * kMs,      25 * kMs,
                                                       100 * kMs,   250 * kMs,    1'000 * kMs,  2'500 * kMs,
                                                       5'000 * kMs, 10'000 * kMs, 30'000 * kMs, 60'000 * kMs};

using Outcome = EngineFigures::Outcome;

Outcome outcome_of(const Error& error) {
  switch (error.code()) {
    case ErrorCode::schema_unsatisfiable:
      return Outcome::unsatisfiable;
    case ErrorCode::upstream_timeout:
      return Outcome::timeout;
    case ErrorCode::overloaded:
      return Outcome::overloaded;
    case ErrorCode::client_closed:
      return Outcome::client_closed;
    default:
      return Outcome::upstream_error;
  }
}

/// Counts the call once, at its end, whatever that is.
class MeasuredStream final : public InferenceStream {
 public:
  MeasuredStream(std::unique_ptr<InferenceStream> inner, const Clock& clock, EngineFigures& figures,
                 std::chrono::steady_clock::time_point begun)
      : inner_(std::move(inner)), clock_(clock), figures_(figures), begun_(begun) {}
  MeasuredStream(const MeasuredStream&) = delete;
  MeasuredStream& operator=(const MeasuredStream&) = delete;
  ~MeasuredStream() override { end(Outcome::client_closed); }

  http::Task<Result<bool>> next(AnswerPiece& piece) override {
    Result<bool> more = co_await inner_->next(piece);
    if (!more) end(outcome_of(more.error()));
    if (more && !*more) end(Outcome::done);
    co_return more;
  }
  [[nodiscard]] InferenceReply so_far() const override { return inner_->so_far(); }

 private:
  void end(Outcome outcome) {
    if (!std::exchange(ended_, true)) figures_.count(outcome, clock_.monotonic() - begun_);
  }

  const std::unique_ptr<InferenceStream> inner_;
  const Clock& clock_;
  EngineFigures& figures_;
  const std::chrono::steady_clock::time_point begun_;
  bool ended_ = false;
};

}  // namespace

EngineFigures::EngineFigures() : latency_(kLatencyBounds) {}

void EngineFigures::count(Outcome outcome, std::chrono::nanoseconds took) noexcept {
  calls_[static_cast<std::size_t>(outcome)].fetch_add(1, std::memory_order_relaxed);
  latency_.observe(static_cast<std::uint64_t>(took.count()));
}

http::Task<Result<InferenceReply>> MeasuredEngine::complete(const InferenceRequest& request,
                                                            http::Cancellation& cancellation) {
  const auto begun = clock_.monotonic();
  Result<InferenceReply> reply = co_await engine_.complete(request, cancellation);
  figures_.count(reply ? Outcome::done : outcome_of(reply.error()), clock_.monotonic() - begun);
  co_return reply;
}

http::Task<Result<EmbeddingReply>> MeasuredEngine::embed(const EmbeddingRequest& request,
                                                         http::Cancellation& cancellation) {
  const auto begun = clock_.monotonic();
  Result<EmbeddingReply> reply = co_await engine_.embed(request, cancellation);
  figures_.count(reply ? Outcome::done : outcome_of(reply.error()), clock_.monotonic() - begun);
  co_return reply;
}

http::Task<Result<std::unique_ptr<InferenceStream>>> MeasuredEngine::stream(
    const InferenceRequest& request, http::Cancellation& cancellation) {
  const auto begun = clock_.monotonic();
  Result<std::unique_ptr<InferenceStream>> opened = co_await engine_.stream(request, cancellation);
  if (!opened) {
    figures_.count(outcome_of(opened.error()), clock_.monotonic() - begun);
    co_return opened.error();
  }
  std::unique_ptr<InferenceStream> measured =
      std::make_unique<MeasuredStream>(std::move(*opened), clock_, figures_, begun);
  co_return measured;
}

}  // namespace cogos::engine
