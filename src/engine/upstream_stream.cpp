#include "engine/upstream_stream.hpp"

#include <utility>

namespace cogos::engine {

UpstreamStream::UpstreamStream(std::unique_ptr<http::OutgoingStream> body, const StreamDialect& dialect,
                               const InferenceRequest& request, const http::Cancellation& cancellation)
    : body_(std::move(body)),
      dialect_(dialect),
      cancellation_(cancellation),
      prompt_estimate_(estimate_prompt(request)) {
  progress_.request = &request;
}

http::Task<Result<bool>> UpstreamStream::next(AnswerPiece& piece) {
  piece.clear();
  std::string bytes;
  while (!failure_ && !progress_.ended && progress_.piece.empty()) {
    const Result<bool> more = co_await body_->next(bytes);
    if (cancellation_.requested()) co_return client_left();
    if (!more) co_return more.error();
    const Result<void> read = *more ? read_piece(bytes) : read_end();
    // What came before what is wrong is the client's all the same.
    if (!read) failure_ = read.error();
  }
  if (progress_.piece.empty()) {
    if (failure_) co_return *failure_;
    co_return false;
  }
  std::swap(piece, progress_.piece);
  counter_.add(piece.words);
  for (const ToolCallPiece& call : piece.calls) {
    counter_.add(call.name);
    counter_.add(call.arguments);
  }
  co_return true;
}

Result<void> UpstreamStream::read_piece(std::string_view bytes) {
  lines_.add(bytes);
  return read_lines();
}

Result<void> UpstreamStream::read_end() {
  // Some servers leave the last line's end, and the word that nothing follows, to the end of the body.
  if (!lines_.empty()) lines_.add("\n");
  if (auto read = read_lines(); !read) return read;
  progress_.ended = progress_.finish_reason.has_value();
  if (!progress_.ended) return misshapen("ended before it was whole");
  return settle_reason();
}

Result<void> UpstreamStream::read_lines() {
  while (!progress_.ended) {
    auto line = lines_.next();
    if (!line) return line.error();
    if (!*line) break;
    if (auto taken = dialect_.take(**line, progress_); !taken) return taken;
  }
  return progress_.ended ? settle_reason() : Result<void>();
}

Result<void> UpstreamStream::settle_reason() {
  auto reason = with_calls(progress_.finish_reason.value_or("stop"), !progress_.argument_bytes.empty());
  if (!reason) return reason.error();
  progress_.finish_reason = std::move(*reason);
  return {};
}

InferenceReply UpstreamStream::so_far() const {
  InferenceReply reply;
  reply.finish_reason = progress_.finish_reason.value_or("stop");
  reply.prompt_tokens = progress_.prompt_tokens.value_or(prompt_estimate_);
  reply.completion_tokens = progress_.completion_tokens.value_or(counter_.total());
  return reply;
}

Result<Json> read_stream_object(std::string_view json) {
  auto parsed = base::parse_json(json);
  if (!parsed) return misshapen("has a line that is not readable as JSON");
  if (!parsed->is_object()) return misshapen("has a line that is not a JSON object");
  if (find_member(&*parsed, "error") != nullptr) {
    return Error{ErrorCode::upstream_error, "the model server reported an error in the middle of its answer"};
  }
  return parsed;
}

Result<void> add_words(const Json* member, StreamProgress& progress) {
  if (member == nullptr) return {};
  if (!member->is_string()) return misshapen("holds a content that is no string");
  progress.piece.words += member->get_ref<const std::string&>();
  return {};
}

Result<void> begin_call(ToolCall call, StreamProgress& progress) {
  const std::size_t index = progress.argument_bytes.size();
  if (index == kMaxToolCalls) return misshapen("holds too many tool calls");
  progress.argument_bytes.push_back(call.arguments.size());
  progress.piece.calls.push_back(
      {index, std::move(call.id), std::move(call.name), std::move(call.arguments)});
  return {};
}

Result<void> take_end(const UpstreamReply& found, StreamProgress& progress) {
  if (found.finish_reason != nullptr) {
    auto reason = read_finish_reason(found.finish_reason);
    if (!reason) return reason.error();
    progress.finish_reason = std::move(*reason);
  }
  // Each by itself within bounds; their sum is looked at where both are known.
  for (const auto& [member, count] : {std::pair{found.prompt_tokens, &progress.prompt_tokens},
                                      std::pair{found.completion_tokens, &progress.completion_tokens}}) {
    if (member == nullptr) continue;
    const auto value = read_token_count(*member);
    if (!value) return value.error();
    *count = *value;
  }
  return {};
}

}  // namespace cogos::engine
