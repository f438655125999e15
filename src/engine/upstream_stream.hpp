#pragma once

#include <memory>
#include <string>

#include "engine/inference_engine.hpp"
#include "engine/line_reader.hpp"
#include "engine/token_estimate.hpp"
#include "engine/upstream.hpp"

namespace cogos::engine {

/// What the lines of a model server's stream have said so far.
struct StreamProgress {
  const InferenceRequest* request = nullptr;
  AnswerPiece piece;                        ///< Of the lines since it was last given out.
  std::vector<std::size_t> argument_bytes;  ///< So far, of each call.
  bool ended = false;                       ///< The server has said that the answer is whole.
  std::optional<std::string> finish_reason;
  std::optional<std::uint64_t> prompt_tokens;
  std::optional<std::uint64_t> completion_tokens;
};

/// Reads one line of a stream. Stateless.
class StreamDialect {
 public:
  StreamDialect() = default;
  StreamDialect(const StreamDialect&) = delete;
  StreamDialect& operator=(const StreamDialect&) = delete;
  virtual ~StreamDialect() = default;
  /// Takes what the line says. Fails with upstream_error where it is none of this dialect, or reports an
  /// error.
  [[nodiscard]] virtual Result<void> take(std::string_view line, StreamProgress& progress) const = 0;
};

/// An answer that a model server streams, line by line. Fails with upstream_error too where the server ends
/// it before it has said that it is whole, or gives more than kMaxUpstreamBytes.
class UpstreamStream final : public InferenceStream {
 public:
  /// `dialect`, `request` and `cancellation` must outlive it.
  UpstreamStream(std::unique_ptr<http::OutgoingStream> body, const StreamDialect& dialect,
                 const InferenceRequest& request, const http::Cancellation& cancellation);

  http::Task<Result<bool>> next(AnswerPiece& piece) override;
  [[nodiscard]] InferenceReply so_far() const override;

 private:
  [[nodiscard]] Result<void> read_piece(std::string_view bytes);
  [[nodiscard]] Result<void> read_end();
  [[nodiscard]] Result<void> read_lines();
  /// Once the answer is whole: whether its end goes with what came.
  [[nodiscard]] Result<void> settle_reason();

  std::unique_ptr<http::OutgoingStream> body_;
  const StreamDialect& dialect_;
  const http::Cancellation& cancellation_;
  const std::uint64_t prompt_estimate_;
  LineReader lines_;
  StreamProgress progress_;
  TokenCounter counter_;
  std::optional<Error> failure_;
};

/// Reads `json` as one object of a stream. Fails with upstream_error where it is none or holds an `error`.
[[nodiscard]] Result<Json> read_stream_object(std::string_view json);

/// Appends a member that is text, where it is there. Fails with upstream_error where it is no text.
[[nodiscard]] Result<void> add_words(const Json* member, StreamProgress& progress);

/// Begins a call, where there are not too many yet. Fails with upstream_error.
[[nodiscard]] Result<void> begin_call(ToolCall call, StreamProgress& progress);

/// Takes a reason (null for none yet) and counts (null for none), as read_reply does.
[[nodiscard]] Result<void> take_end(const UpstreamReply& found, StreamProgress& progress);

}  // namespace cogos::engine
