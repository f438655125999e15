#pragma once

#include "api/citations.hpp"
#include "api/evidence_chain.hpp"
#include "api/model_catalog.hpp"
#include "api/search_request.hpp"
#include "base/time.hpp"
#include "engine/inference_engine.hpp"
#include "engine/live_search.hpp"
#include "http/router.hpp"
#include "keys/keyring.hpp"

namespace cogos::api {

/// What answers with sources need. All must outlive the API.
struct GroundedParts {
  engine::InferenceEngine& engine;
  engine::LiveSearch& search;
  const ModelCatalog& catalog;
  const keys::Keyring& keyring;
  const Clock& clock;
};

/// POST /v1/chat-grounded: looks a question up where it should be, and answers from what was found, citing by
/// number. What was found reaches the engine as data between marks that its authors could not know.
/// Thread-safe.
class ChatGroundedApi {
 public:
  explicit ChatGroundedApi(const GroundedParts& parts) : parts_(parts) {}

  void add_routes(http::Router& router);

 private:
  enum class Mode : std::uint8_t { automatic, always, never };
  struct Order {
    SearchRequest search;
    Mode mode = Mode::automatic;
    ModelAlias model;
  };
  using Hits = std::vector<engine::SearchHit>;

  http::Task<Result<http::Response>> answer(http::Exchange& exchange);
  [[nodiscard]] Result<Order> read_order(const Json& body, const keys::KeyRecord& key) const;
  [[nodiscard]] static Result<Mode> read_mode(const Json& body);
  /// Whether it is to be looked up; notes why.
  [[nodiscard]] static bool decide(const Order& order, EvidenceChain& evidence);

  GroundedParts parts_;
};

}  // namespace cogos::api
