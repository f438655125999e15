#include "engine/builtin_engine.hpp"

#include <algorithm>

#include "engine/builtin_extract.hpp"
#include "engine/token_estimate.hpp"

namespace cogos::engine {
namespace {

Error gone() {
  return {ErrorCode::client_closed, "The client closed the connection."};
}

/// The longest head of `text` that estimates at `limit` tokens or less, cut between code points.
std::string_view cut_to_tokens(std::string_view text, std::uint64_t limit) {
  std::size_t low = 0;
  std::size_t high = text.size();
  while (low < high) {  // the estimate of a head never falls as the head grows
    const std::size_t middle = low + (high - low + 1) / 2;
    if (estimate_tokens(text.substr(0, middle)) <= limit) {
      low = middle;
    } else {
      high = middle - 1;
    }
  }
  while (low > 0 && low < text.size() && (static_cast<unsigned char>(text[low]) & 0xC0U) == 0x80U) --low;
  return text.substr(0, low);
}

void apply_limits(const InferenceRequest& request, InferenceReply& reply) {
  std::size_t end = reply.text.size();
  for (const auto& stop : request.stop) {
    if (!stop.empty()) end = std::min(end, reply.text.find(stop));
  }
  reply.text.resize(end);
  if (request.max_tokens && estimate_tokens(reply.text) > *request.max_tokens) {
    reply.text.resize(cut_to_tokens(reply.text, *request.max_tokens).size());
    reply.finish_reason = "length";
  }
}

/// An answer that is there already, a few words at a time.
class WordsOfReply final : public InferenceStream {
 public:
  WordsOfReply(InferenceReply reply, const http::Cancellation& cancellation)
      : reply_(std::move(reply)), cancellation_(cancellation) {}

  http::Task<Result<bool>> next(AnswerPiece& piece) override {
    piece.clear();
    if (cancellation_.requested()) co_return gone();
    piece.words = reply_.text.substr(given_, piece_length());
    given_ += piece.words.size();
    counter_.add(piece.words);
    co_return !piece.words.empty();
  }

  [[nodiscard]] InferenceReply so_far() const override {
    InferenceReply known;
    known.finish_reason = reply_.finish_reason;
    known.prompt_tokens = reply_.prompt_tokens;
    known.completion_tokens = counter_.total();
    return known;
  }

 private:
  /// Up to the first white space behind so many bytes, so between words and never within a code point.
  [[nodiscard]] std::size_t piece_length() const {
    constexpr std::size_t kPiece = 32;
    const std::size_t left = reply_.text.size() - given_;
    if (left <= kPiece) return left;
    const std::size_t space = reply_.text.find_first_of(" \n\t", given_ + kPiece);
    return space == std::string::npos ? left : space + 1 - given_;
  }

  const InferenceReply reply_;
  const http::Cancellation& cancellation_;
  std::size_t given_ = 0;
  TokenCounter counter_;
};

}  // namespace

Result<void> BuiltinEngine::accepts(const InferenceRequest& request) const {
  if (!request.tools.empty()) {
    return Error(ErrorCode::invalid_request, "this server's engine calls no tools; leave them out")
        .with_param("tools");
  }
  for (std::size_t i = 0; i < request.messages.size(); ++i) {
    const Message& message = request.messages[i];
    if (message.role != "tool" && message.tool_calls.empty()) continue;
    const std::string place = "messages[" + std::to_string(i) + "]";
    return Error(ErrorCode::invalid_request,
                 place + " is of a tool or calls one, which this server's engine does not understand")
        .with_param(place + (message.role == "tool" ? ".role" : ".tool_calls"));
  }
  return {};
}

Result<InferenceReply> BuiltinEngine::answer(const InferenceRequest& request) {
  InferenceReply reply;
  for (const auto& message : request.messages) reply.prompt_tokens += estimate_tokens(message.content);
  if (request.schema) {
    const auto value = builtin::extract(*request.schema, request.messages);
    if (!value) return value.error();
    reply.text = base::canonical(*value);
  } else {
    reply.text = builtin::quote_answer(request.messages);
    apply_limits(request, reply);
  }
  reply.completion_tokens = estimate_tokens(reply.text);
  return reply;
}

http::Task<Result<InferenceReply>> BuiltinEngine::complete(const InferenceRequest& request,
                                                           http::Cancellation& cancellation) {
  if (cancellation.requested()) co_return gone();
  Result<InferenceReply> reply = answer(request);
  co_return reply;
}

http::Task<Result<std::unique_ptr<InferenceStream>>> BuiltinEngine::stream(const InferenceRequest& request,
                                                                           http::Cancellation& cancellation) {
  Result<InferenceReply> reply = answer(request);
  if (!reply) co_return reply.error();
  std::unique_ptr<InferenceStream> stream = std::make_unique<WordsOfReply>(std::move(*reply), cancellation);
  co_return stream;
}

}  // namespace cogos::engine
