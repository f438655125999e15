#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "http/router.hpp"
#include "http/service.hpp"
#include "http/stage.hpp"

namespace cogos::http {

/// The stages in the order in which a request meets them. All must outlive the pipeline.
struct PipelineParts {
  const Router* router = nullptr;
  const Access* access = nullptr;  ///< Null: all routes exist for everybody.
  std::vector<Gate*> gates;
  Recorder* recorder = nullptr;
  std::vector<Seal*> seals;
  std::vector<Dresser*> dressers;
  const ErrorFace* error_face = nullptr;                    ///< Null: every failure is JSON.
  std::function<std::string(std::string_view)> whole_hash;  ///< Hex SHA-256 of a body that is all there.
  std::function<std::unique_ptr<BodyHash>()> body_hash;     ///< The same of one that comes in pieces.
  std::vector<Observer*> observers;
  const Clock* clock = nullptr;
  std::shared_ptr<Budget> memory;  ///< For large bodies of responses; null for no bound.
};

/// Takes each exchange through its stages: route, gates, handler, error body, record, seals. Stages never
/// call each other. A refusal rejoins the same line, so that it is recorded and sealed like any other answer.
/// For a streamed body everything from the record on happens when its last piece has been produced. Stateless
/// apart from its parts; safe to use from any thread.
class Pipeline final : public Service {
 public:
  explicit Pipeline(PipelineParts parts) : parts_(std::move(parts)) {}

  Task<void> answer(Exchange& exchange) override;

 private:
  Task<Result<Response>> produce(Exchange& exchange);
  [[nodiscard]] Result<void> admit(Exchange& exchange) const;
  Task<void> complete_buffered(Exchange& exchange);
  void hash_body(Exchange& exchange) const;
  void fail(Exchange& exchange, Error error) const;
  void dress(Exchange& exchange) const;
  [[nodiscard]] Stations::Moment now() const { return parts_.clock->monotonic(); }

  PipelineParts parts_;
};

}  // namespace cogos::http
