#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.hpp"
#include "cogos/result.hpp"
#include "engine/embedding.hpp"
#include "engine/tool_calls.hpp"
#include "http/cancellation.hpp"
#include "http/task.hpp"

namespace cogos::engine {

struct Message {
  std::string role;                    ///< `system`, `developer`, `user`, `assistant` or `tool`.
  std::string content;                 ///< Parts already joined; empty where there is none.
  std::vector<ToolCall> tool_calls{};  ///< Of an assistant; each with an id.
  /// Of a tool: whose call it answers, and that call's function.
  std::string tool_call_id{};
  std::string tool_name{};
};

/// One chat call, already validated and with the alias resolved.
struct InferenceRequest {
  std::string model;  ///< The engine's own name for it.
  std::vector<Message> messages;
  std::optional<Json> schema;  ///< The answer must be a JSON text that validates against this.
  std::string schema_name;
  std::optional<double> temperature;
  std::optional<double> top_p;
  std::optional<std::int64_t> seed;
  std::optional<std::uint32_t> max_tokens;
  std::vector<std::string> stop;
  std::vector<Tool> tools;  ///< At most kMaxTools, each name once.
  ToolChoice tool_choice;   ///< Unsaid where there are no tools.
  std::optional<bool> parallel_tool_calls;
};

struct InferenceReply {
  std::string text;
  std::string finish_reason = "stop";  ///< `stop`, `length`, or for a whole answer with calls `tool_calls`.
  std::uint64_t prompt_tokens = 0;
  std::uint64_t completion_tokens = 0;
  std::vector<ToolCall> tool_calls{};
};

/// Some of an answer that is streamed.
struct AnswerPiece {
  std::string words;  ///< Valid UTF-8.
  std::vector<ToolCallPiece> calls;

  [[nodiscard]] bool empty() const noexcept { return words.empty() && calls.empty(); }
  void clear() {
    words.clear();
    calls.clear();
  }
};

/// An answer as it comes. On one strand.
class InferenceStream {
 public:
  InferenceStream() = default;
  InferenceStream(const InferenceStream&) = delete;
  InferenceStream& operator=(const InferenceStream&) = delete;
  virtual ~InferenceStream() = default;

  /// The next piece, which is not empty, or false at the answer's end. Fails as InferenceEngine::complete
  /// does, and then for good. Nothing is asked of the engine between two calls. `piece` must outlive the
  /// task.
  virtual http::Task<Result<bool>> next(AnswerPiece& piece) = 0;

  /// What is known by now: all but the text and the calls, which were given out. Before the end the counts
  /// are estimates.
  [[nodiscard]] virtual InferenceReply so_far() const = 0;
};

/// Turns a conversation into an answer. Implementations are safe to use from any number of strands.
class InferenceEngine {
 public:
  InferenceEngine() = default;
  InferenceEngine(const InferenceEngine&) = delete;
  InferenceEngine& operator=(const InferenceEngine&) = delete;
  virtual ~InferenceEngine() = default;

  /// Whether this engine does what the request asks for, said before anything is done. Fails with
  /// invalid_request and names the member that it cannot serve.
  [[nodiscard]] virtual Result<void> accepts(const InferenceRequest& /*request*/) const { return {}; }

  /// Fails with schema_unsatisfiable, upstream_error, upstream_timeout, overloaded or client_closed. Whether
  /// the text really validates against the schema is checked by the caller, whatever the engine promises.
  virtual http::Task<Result<InferenceReply>> complete(const InferenceRequest& request,
                                                      http::Cancellation& cancellation) = 0;

  /// The same, word by word. What is known to be wrong before the first words come fails here. `request` and
  /// `cancellation` must outlive the stream.
  virtual http::Task<Result<std::unique_ptr<InferenceStream>>> stream(const InferenceRequest& request,
                                                                      http::Cancellation& cancellation) = 0;

  /// Whether there is embed().
  [[nodiscard]] virtual bool embeds() const noexcept { return false; }

  /// Makes each text into a vector. Fails as complete(), and with invalid_request where embeds() is false.
  virtual http::Task<Result<EmbeddingReply>> embed(const EmbeddingRequest& /*request*/,
                                                   http::Cancellation& /*cancellation*/) {
    co_return Error(ErrorCode::invalid_request, "this server's engine makes no embeddings");
  }

  /// Whether complete() could reach what it needs, by a call that costs an upstream next to nothing and takes
  /// two seconds at most. Fails as complete() does.
  virtual http::Task<Result<void>> probe(http::Cancellation& /*cancellation*/) { co_return Result<void>(); }

  /// `builtin`, `ollama` or `openai`.
  [[nodiscard]] virtual std::string_view name() const noexcept = 0;
};

}  // namespace cogos::engine
