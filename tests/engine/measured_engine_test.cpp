#include "engine/measured_engine.hpp"

#include <gtest/gtest.h>

#include "support/manual_clock.hpp"
#include "support/run_task.hpp"

namespace cogos::engine {
namespace {

using Outcome = EngineFigures::Outcome;
using std::chrono::milliseconds;

/// Takes 20 ms for whatever it does, and does what it is told.
class SlowEngine final : public InferenceEngine {
 public:
  class Stream final : public InferenceStream {
   public:
    explicit Stream(SlowEngine& engine) : engine_(engine) {}
    http::Task<Result<bool>> next(AnswerPiece& piece) override {
      engine_.clock.advance(milliseconds(20));
      if (engine_.failure) co_return *engine_.failure;
      if (left_ == 0) co_return false;
      --left_;
      piece.words = "word ";
      co_return true;
    }
    [[nodiscard]] InferenceReply so_far() const override { return {}; }

   private:
    SlowEngine& engine_;
    int left_ = 2;
  };

  explicit SlowEngine(cogos::test::ManualClock& time) : clock(time) {}
  http::Task<Result<InferenceReply>> complete(const InferenceRequest&, http::Cancellation&) override {
    clock.advance(milliseconds(20));
    if (failure) co_return *failure;
    co_return InferenceReply{};
  }
  http::Task<Result<std::unique_ptr<InferenceStream>>> stream(const InferenceRequest&,
                                                              http::Cancellation&) override {
    std::unique_ptr<InferenceStream> opened = std::make_unique<Stream>(*this);
    co_return opened;
  }
  [[nodiscard]] std::string_view name() const noexcept override { return "slow"; }

  cogos::test::ManualClock& clock;
  std::optional<Error> failure;
};

class MeasuredEngineTest : public ::testing::Test {
 protected:
  void expect(Outcome outcome, std::uint64_t calls, std::uint64_t ms) {
    EXPECT_EQ(figures.calls(outcome), calls);
    EXPECT_EQ(figures.latency().sum, ms * 1'000'000);
  }
  cogos::test::ManualClock clock;
  SlowEngine slow{clock};
  EngineFigures figures;
  MeasuredEngine engine{slow, clock, figures};
  InferenceRequest request;
  http::Cancellation cancellation;
};

TEST_F(MeasuredEngineTest, CountsACallByWhatCameOfIt) {
  EXPECT_TRUE(cogos::test::run_task(engine.complete(request, cancellation)));
  expect(Outcome::done, 1, 20);
  slow.failure = Error(ErrorCode::upstream_timeout, "too slow");
  EXPECT_FALSE(cogos::test::run_task(engine.complete(request, cancellation)));
  expect(Outcome::timeout, 1, 40);
  EXPECT_EQ(engine.name(), "slow");
}

TEST_F(MeasuredEngineTest, AStreamCountsOnceAtItsEnd) {
  auto stream = cogos::test::run_task(engine.stream(request, cancellation)).value();
  AnswerPiece words;
  EXPECT_TRUE(*cogos::test::run_task(stream->next(words)));
  EXPECT_TRUE(*cogos::test::run_task(stream->next(words)));
  expect(Outcome::done, 0, 0);
  EXPECT_FALSE(*cogos::test::run_task(stream->next(words)));
  stream.reset();
  expect(Outcome::done, 1, 60);
  EXPECT_EQ(figures.calls(Outcome::client_closed), 0U);
}

TEST_F(MeasuredEngineTest, AStreamThatIsGivenUpCountsAsAClientThatLeft) {
  auto stream = cogos::test::run_task(engine.stream(request, cancellation)).value();
  AnswerPiece words;
  EXPECT_TRUE(*cogos::test::run_task(stream->next(words)));
  stream.reset();
  expect(Outcome::client_closed, 1, 20);
}

TEST_F(MeasuredEngineTest, AStreamThatFailsCountsAsItsFailure) {
  auto stream = cogos::test::run_task(engine.stream(request, cancellation)).value();
  slow.failure = Error(ErrorCode::upstream_error, "gone");
  AnswerPiece words;
  EXPECT_FALSE(cogos::test::run_task(stream->next(words)));
  stream.reset();
  expect(Outcome::upstream_error, 1, 20);
}

}  // namespace
}  // namespace cogos::engine
