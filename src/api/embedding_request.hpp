#pragma once

#include "base/json.hpp"
#include "engine/embedding.hpp"

namespace cogos::api {

/// The body of POST /v1/embeddings, read.
struct EmbeddingOrder {
  engine::EmbeddingRequest request;  ///< `model` is still what the client named.
  bool base64 = false;               ///< Each vector as its floats' bytes, little end first.
};

/// Unknown members are ignored. Fails with invalid_request and names the member at fault in `param`.
[[nodiscard]] Result<EmbeddingOrder> read_embedding_order(const Json& body);

}  // namespace cogos::api
