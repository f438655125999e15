#pragma once

#include <string_view>

#include "engine/inference_engine.hpp"
#include "engine/upstream.hpp"

namespace cogos::engine {

/// Servers that speak the Chat Completions API: llama.cpp, vLLM and the like. `POST {url}/chat/completions`,
/// streamed or not; `url` includes the version, as in `http://127.0.0.1:8080/v1`. The schema becomes a strict
/// `response_format`; of the answer, the first choice counts.
///
/// Fails as Upstream::post and read_reply do, so a choice whose content is null is an upstream_error.
class OpenAiEngine final : public InferenceEngine {
 public:
  /// `client` must outlive the engine.
  OpenAiEngine(UpstreamOptions options, http::HttpClient& client);

  http::Task<Result<InferenceReply>> complete(const InferenceRequest& request,
                                              http::Cancellation& cancellation) override;
  http::Task<Result<std::unique_ptr<InferenceStream>>> stream(const InferenceRequest& request,
                                                              http::Cancellation& cancellation) override;
  [[nodiscard]] bool embeds() const noexcept override { return true; }
  http::Task<Result<EmbeddingReply>> embed(const EmbeddingRequest& request,
                                           http::Cancellation& cancellation) override;
  http::Task<Result<void>> probe(http::Cancellation& cancellation) override;
  [[nodiscard]] std::string_view name() const noexcept override { return "openai"; }

 private:
  Upstream upstream_;
};

}  // namespace cogos::engine
