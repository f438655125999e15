#pragma once

#include "api/chat_stream.hpp"
#include "api/model_catalog.hpp"
#include "base/time.hpp"
#include "engine/inference_engine.hpp"
#include "http/router.hpp"
#include "keys/keyring.hpp"

namespace cogos::api {

/// POST /v1/chat/completions, streamed or not. Thread-safe.
class ChatCompletionsApi {
 public:
  ChatCompletionsApi(engine::InferenceEngine& engine, const ModelCatalog& catalog,
                     const keys::Keyring& keyring, http::Budget& memory, const Clock& clock)
      : engine_(engine), catalog_(catalog), keyring_(keyring), memory_(memory), clock_(clock) {}

  void add_routes(http::Router& router);

 private:
  http::Task<Result<http::Response>> complete(http::Exchange& exchange);
  http::Task<Result<http::Response>> stream(http::Exchange& exchange, BegunAnswer begun,
                                            StreamOptions options);

  engine::InferenceEngine& engine_;
  const ModelCatalog& catalog_;
  const keys::Keyring& keyring_;
  http::Budget& memory_;  // for copies of streamed answers
  const Clock& clock_;
};

}  // namespace cogos::api
