#pragma once

#include <memory>
#include <optional>
#include <string>

#include "api/chat_chunks.hpp"
#include "api/chat_request.hpp"
#include "base/time.hpp"
#include "engine/inference_engine.hpp"
#include "engine/schema_validator.hpp"
#include "http/body_stream.hpp"
#include "http/budget.hpp"
#include "http/exchange.hpp"

namespace cogos::api {

/// An engine's answer that has begun: its first piece has come.
struct BegunAnswer {
  std::unique_ptr<engine::InferenceRequest> request;  ///< The stream refers to it.
  std::unique_ptr<engine::InferenceStream> stream;
  engine::AnswerPiece piece;  ///< The first one; empty where there is none.
  bool more = false;          ///< Whether the answer goes on after it.
  std::optional<engine::SchemaValidator> validator;
};

/// A completion as server-sent events (wire formats §9). Keeps the exchange's facts at what has been given
/// out, so that a row written at any moment counts what the client got. Where the answer breaks off, an event
/// `error` comes in place of the rest and no `[DONE]`.
class ChatStream final : public http::BodyStream {
 public:
  /// `memory` is for the copies of the answer that a schema or the key's `audit_content` asks for. Exchange,
  /// clock and budget must outlive the stream.
  ChatStream(http::Exchange& exchange, BegunAnswer answer, StreamOptions options, const Clock& clock,
             http::Budget& memory);

  http::Task<bool> next(std::string& piece) override;
  [[nodiscard]] const http::Headers& trailers() const override { return none_; }
  [[nodiscard]] Tail tail() const override;
  http::Task<void> abandon() override;

 private:
  enum class State : std::uint8_t { opening, words, ended };

  [[nodiscard]] std::string say(engine::AnswerPiece& answer);
  [[nodiscard]] std::string finish();
  [[nodiscard]] std::string break_off(Error error);
  [[nodiscard]] Result<void> make_room(const engine::AnswerPiece& answer);
  void count();
  /// Whether the tenant's tokens of today cover what was counted.
  [[nodiscard]] bool within_quota();

  http::Exchange& exchange_;
  BegunAnswer answer_;
  const StreamOptions options_;
  const Clock& clock_;
  http::Budget& memory_;
  const bool keep_body_;
  ChatChunks chunks_;
  State state_ = State::opening;
  std::string finish_ = "upstream_error";  // for the receipt, until the end is known
  std::string text_;                       // of the answer so far, where a schema needs it
  bool calls_ = false;                     // the answer calls tools
  std::size_t kept_ = 0;                   // of the budget
  const http::Headers none_;
};

}  // namespace cogos::api
