#pragma once

#include "api/model_catalog.hpp"
#include "base/time.hpp"
#include "engine/inference_engine.hpp"
#include "http/router.hpp"
#include "keys/keyring.hpp"

namespace cogos::api {

/// POST /v1/embeddings: texts as vectors, where the engine makes them. Thread-safe.
class EmbeddingsApi {
 public:
  /// All must outlive the API.
  EmbeddingsApi(engine::InferenceEngine& engine, const ModelCatalog& catalog, const keys::Keyring& keyring,
                const Clock& clock)
      : engine_(engine), catalog_(catalog), keyring_(keyring), clock_(clock) {}

  void add_routes(http::Router& router);

 private:
  http::Task<Result<http::Response>> embed(http::Exchange& exchange);

  engine::InferenceEngine& engine_;
  const ModelCatalog& catalog_;
  const keys::Keyring& keyring_;
  const Clock& clock_;
};

}  // namespace cogos::api
