#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.hpp"
#include "cogos/result.hpp"
#include "http/cancellation.hpp"
#include "http/task.hpp"

namespace cogos::engine {

struct Message {
  std::string role;     ///< `system`, `developer`, `user` or `assistant`.
  std::string content;  ///< Parts already joined.
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
};

struct InferenceReply {
  std::string text;
  std::string finish_reason = "stop";  ///< `stop` or `length`.
  std::uint64_t prompt_tokens = 0;
  std::uint64_t completion_tokens = 0;
};

/// An answer as it comes. On one strand.
class InferenceStream {
 public:
  InferenceStream() = default;
  InferenceStream(const InferenceStream&) = delete;
  InferenceStream& operator=(const InferenceStream&) = delete;
  virtual ~InferenceStream() = default;

  /// The next words of the text, at least one byte of them and valid UTF-8, or false at the answer's end.
  /// Fails as InferenceEngine::complete does, and then for good. Nothing is asked of the engine between two
  /// calls.
  virtual http::Task<Result<bool>> next(std::string& words) = 0;

  /// What is known by now: all but the text, which was given out. Before the end the counts are estimates.
  [[nodiscard]] virtual InferenceReply so_far() const = 0;
};

/// Turns a conversation into an answer. Implementations are safe to use from any number of strands.
class InferenceEngine {
 public:
  InferenceEngine() = default;
  InferenceEngine(const InferenceEngine&) = delete;
  InferenceEngine& operator=(const InferenceEngine&) = delete;
  virtual ~InferenceEngine() = default;

  /// Fails with schema_unsatisfiable, upstream_error, upstream_timeout, overloaded or client_closed. Whether
  /// the text really validates against the schema is checked by the caller, whatever the engine promises.
  virtual http::Task<Result<InferenceReply>> complete(const InferenceRequest& request,
                                                      http::Cancellation& cancellation) = 0;

  /// The same, word by word. What is known to be wrong before the first words come fails here. `request` and
  /// `cancellation` must outlive the stream.
  virtual http::Task<Result<std::unique_ptr<InferenceStream>>> stream(const InferenceRequest& request,
                                                                      http::Cancellation& cancellation) = 0;

  /// Whether complete() could reach what it needs, by a call that costs an upstream next to nothing and takes
  /// two seconds at most. Fails as complete() does.
  virtual http::Task<Result<void>> probe(http::Cancellation& /*cancellation*/) { co_return Result<void>(); }

  /// `builtin`, `ollama` or `openai`.
  [[nodiscard]] virtual std::string_view name() const noexcept = 0;
};

}  // namespace cogos::engine
