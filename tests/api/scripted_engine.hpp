#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "engine/inference_engine.hpp"

namespace cogos::api {

/// Answers as it is told.
class ScriptedEngine final : public engine::InferenceEngine {
 public:
  http::Task<Result<engine::InferenceReply>> complete(const engine::InferenceRequest& request,
                                                      http::Cancellation&) override {
    last = request;
    co_return answer;
  }
  http::Task<Result<std::unique_ptr<engine::InferenceStream>>> stream(const engine::InferenceRequest& request,
                                                                      http::Cancellation&) override {
    last = request;
    if (!answer) co_return answer.error();
    std::unique_ptr<engine::InferenceStream> stream = std::make_unique<Stream>(*this);
    co_return stream;
  }
  [[nodiscard]] bool embeds() const noexcept override { return vectors.has_value(); }
  http::Task<Result<engine::EmbeddingReply>> embed(const engine::EmbeddingRequest& request,
                                                   http::Cancellation&) override {
    embedded = request;
    co_return *vectors;
  }
  [[nodiscard]] std::string_view name() const noexcept override { return "scripted"; }

  /// Of a stream, all but the text; an error is one before its first words.
  Result<engine::InferenceReply> answer = engine::InferenceReply{};
  std::vector<std::string> words;
  std::vector<engine::ToolCallPiece> calls;  ///< After the words, a piece each.
  std::optional<Error> breaks;               ///< After the words, in place of the end.
  bool dropped = false;                      ///< The last stream is gone.
  engine::InferenceRequest last;
  std::optional<engine::EmbeddingReply> vectors;  ///< Nothing: it makes none.
  engine::EmbeddingRequest embedded;

 private:
  class Stream final : public engine::InferenceStream {
   public:
    explicit Stream(ScriptedEngine& engine) : engine_(engine) { engine_.dropped = false; }
    ~Stream() override { engine_.dropped = true; }
    http::Task<Result<bool>> next(engine::AnswerPiece& piece) override {
      piece.clear();
      if (given_ < engine_.words.size()) {
        piece.words = engine_.words[given_++];
        co_return true;
      }
      if (called_ < engine_.calls.size()) {
        piece.calls = {engine_.calls[called_++]};
        co_return true;
      }
      if (engine_.breaks) co_return *engine_.breaks;
      co_return false;
    }
    [[nodiscard]] engine::InferenceReply so_far() const override {
      engine::InferenceReply known = *engine_.answer;
      if (given_ < engine_.words.size()) known.completion_tokens = given_;
      return known;
    }

   private:
    ScriptedEngine& engine_;
    std::size_t given_ = 0;
    std::size_t called_ = 0;
  };
};

}  // namespace cogos::api
