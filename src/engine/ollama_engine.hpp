#pragma once

#include <string_view>

#include "engine/inference_engine.hpp"
#include "engine/upstream.hpp"

namespace cogos::engine {

/// Ollama's own API: `POST {url}/api/chat`, not streamed. The schema becomes `format`, which Ollama turns
/// into a grammar; sampling goes into `options`. Needs Ollama 0.5 or later for schemas.
///
/// Fails as Upstream::post and read_reply do, and with upstream_error where the answer says that it is not
/// done.
class OllamaEngine final : public InferenceEngine {
 public:
  /// `client` must outlive the engine.
  OllamaEngine(UpstreamOptions options, http::HttpClient& client);

  http::Task<Result<InferenceReply>> complete(const InferenceRequest& request,
                                              http::Cancellation& cancellation) override;
  http::Task<Result<std::unique_ptr<InferenceStream>>> stream(const InferenceRequest& request,
                                                              http::Cancellation& cancellation) override;
  /// A tool can be offered but not forced, nor calls kept from coming several at once; and the arguments of
  /// a call have to be an object.
  [[nodiscard]] Result<void> accepts(const InferenceRequest& request) const override;
  [[nodiscard]] bool embeds() const noexcept override { return true; }
  http::Task<Result<EmbeddingReply>> embed(const EmbeddingRequest& request,
                                           http::Cancellation& cancellation) override;
  http::Task<Result<void>> probe(http::Cancellation& cancellation) override;
  [[nodiscard]] std::string_view name() const noexcept override { return "ollama"; }

 private:
  Upstream upstream_;
};

}  // namespace cogos::engine
