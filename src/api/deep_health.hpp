#pragma once

#include <functional>
#include <string_view>

#include "engine/inference_engine.hpp"
#include "http/router.hpp"
#include "proof/operator_log.hpp"

namespace cogos::api {

/// GET /admin/health/deep: whether what the server promises holds at this moment (wire formats §7). It reads
/// the ends of some chains and calls the upstream, two seconds at most. Thread-safe.
class DeepHealthApi {
 public:
  /// `report` is told what a check found, for the log: the answer names the check alone.
  DeepHealthApi(proof::OperatorLog& log, engine::InferenceEngine& engine,
                std::function<void(std::string_view check, std::string_view what)> report)
      : log_(log), engine_(engine), report_(std::move(report)) {}
  void add_routes(http::Router& router);

 private:
  http::Task<Result<http::Response>> check(http::Exchange& exchange);
  http::Task<bool> chains_hold();
  http::Task<bool> upstream_answers(http::Exchange& exchange);

  proof::OperatorLog& log_;
  engine::InferenceEngine& engine_;
  std::function<void(std::string_view, std::string_view)> report_;
};

}  // namespace cogos::api
