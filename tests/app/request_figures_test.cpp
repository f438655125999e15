#include "app/request_figures.hpp"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

#include "keys/key_record.hpp"

namespace cogos::app {
namespace {

using std::chrono::microseconds;

class RequestFiguresTest : public ::testing::Test {
 protected:
  RequestFiguresTest() {
    router.add({"GET", "/one", http::Realm::open, http::BodyKind::none, nullptr});
    router.add({"POST", "/two/{id}", http::Realm::open, http::BodyKind::none, nullptr});
    router.for_each([this](const http::Route& one) { figures.know(one); });
  }
  void answer(const http::Route* route, int status, std::optional<ErrorCode> error = std::nullopt,
              bool admitted_key = false) {
    http::Exchange exchange;
    exchange.route = route;
    exchange.response.status = status;
    if (error) exchange.error = Error(*error, "refused");
    if (admitted_key) exchange.principal = std::make_shared<keys::KeyRecord>();
    exchange.started = http::Stations::Moment{microseconds(1'000)};
    exchange.stations = {exchange.started + microseconds(10), exchange.started + microseconds(30),
                         exchange.started + microseconds(230), exchange.started + microseconds(3'230),
                         exchange.started + microseconds(3'330)};
    figures.answered(exchange);
  }
  const RequestFigures::PerRoute& of(const http::Route* wanted) const {
    const RequestFigures::PerRoute* found = nullptr;
    figures.each_route([&](const http::Route* route, const RequestFigures::PerRoute& per_route) {
      if (route == wanted) found = &per_route;
    });
    return *found;
  }
  const http::Route* route(const char* method, const char* path) { return router.find(method, path).route; }

  http::Router router;
  RequestFigures figures;
};

TEST_F(RequestFiguresTest, StagesTakeFromOneStationToTheNext) {
  const auto* one = route("GET", "/one");
  answer(one, 200);
  const std::array<std::uint64_t, 5> us{3'330, 20, 200, 3'000, 100};
  for (std::size_t i = 0; i < us.size(); ++i) {
    EXPECT_EQ(of(one).stages.at(i).read().sum, us.at(i) * 1'000) << RequestFigures::kStages.at(i);
  }
}

TEST_F(RequestFiguresTest, AStationThatWasNotPassedIsNoStage) {
  http::Exchange exchange;
  exchange.route = route("GET", "/one");
  exchange.stations.entered = http::Stations::Moment{microseconds(5)};
  figures.answered(exchange);
  for (const Histogram& stage : of(exchange.route).stages) EXPECT_EQ(stage.read().count(), 0U);
}

TEST_F(RequestFiguresTest, ARouteThatNobodyKnowsIsCountedApart) {
  answer(nullptr, 404, ErrorCode::not_found);
  const http::Route stranger{"GET", "/made/up", http::Realm::open, http::BodyKind::none, nullptr};
  answer(&stranger, 404, ErrorCode::not_found);
  EXPECT_EQ(of(nullptr).by_status.at(304), 2U);
}

TEST_F(RequestFiguresTest, RefusalsAreToldApartByWhoRefused) {
  answer(nullptr, 429, ErrorCode::rate_limit_exceeded);
  for (int i = 0; i < 2; ++i) answer(nullptr, 429, ErrorCode::rate_limit_exceeded, true);
  for (int i = 0; i < 3; ++i) answer(nullptr, 429, ErrorCode::quota_exceeded, true);
  for (int i = 0; i < 4; ++i) answer(nullptr, 429, ErrorCode::daily_quota_exceeded, true);
  for (int i = 0; i < 5; ++i) answer(nullptr, 401, ErrorCode::key_quarantined);
  const std::array<std::uint64_t, RequestFigures::kRefusals.size()> expected{1, 2, 3, 4, 0, 0, 5, 0, 0};
  for (std::size_t kind = 0; kind < expected.size(); ++kind) {
    EXPECT_EQ(figures.refusals(kind), expected.at(kind)) << RequestFigures::kRefusals.at(kind);
  }
}

TEST_F(RequestFiguresTest, LosesNothingAmongThreads) {
  const auto* one = route("GET", "/one");
  const auto* two = route("POST", "/two/x");
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([this, one, two] {
      for (int round = 0; round < 2'000; ++round) {
        answer(one, 200);
        answer(two, 429, ErrorCode::rate_limit_exceeded);
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(of(one).by_status.at(100), 16'000U);
  EXPECT_EQ(of(two).by_status.at(329), 16'000U);
  EXPECT_EQ(of(two).stages[0].read().count(), 16'000U);
  EXPECT_EQ(figures.refusals(0), 16'000U);
}

}  // namespace
}  // namespace cogos::app
