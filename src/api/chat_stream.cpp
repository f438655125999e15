#include "api/chat_stream.hpp"

#include <utility>

#include "api/schema_check.hpp"
#include "base/object_writer.hpp"
#include "keys/key_record.hpp"

namespace cogos::api {
namespace {

std::string receipt(const http::Headers& receipts, std::string_view finish, std::uint64_t frames) {
  const auto text = [&receipts](std::string_view name) {
    const auto value = receipts.find(name);
    return value ? std::optional<std::string>(*value) : std::nullopt;
  };
  std::string json;
  base::ObjectWriter(json)
      .text_or_null("attestation", text("X-Cogos-Attestation"))
      .text("finish", finish)
      .number("frames", frames)
      .text_or_null("signature", text("X-Cogos-Signature"))
      .close();
  return json;
}

}  // namespace

ChatStream::ChatStream(http::Exchange& exchange, BegunAnswer answer, StreamOptions options,
                       const Clock& clock, http::Budget& memory)
    : exchange_(exchange),
      answer_(std::move(answer)),
      options_(options),
      clock_(clock),
      memory_(memory),
      keep_body_(exchange.principal->audit_content == keys::AuditContent::full),
      chunks_(exchange, options.include_usage) {}

http::Task<bool> ChatStream::next(std::string& piece) {
  piece.clear();
  if (state_ == State::ended) co_return false;
  engine::AnswerPiece answer;
  if (state_ == State::opening) {
    state_ = State::words;
    answer = std::exchange(answer_.piece, {});
    piece = chunks_.opening(!answer.words.empty() || answer.calls.empty());
  } else if (answer_.more) {
    const Result<bool> read = co_await answer_.stream->next(answer);
    answer_.more = read && *read;
    if (!read) piece = break_off(read.error());
  }
  count();
  if (state_ != State::ended && !within_quota()) {
    piece +=
        break_off(Error(ErrorCode::upstream_error, "the model went on beyond the tokens it was asked for"));
  }
  if (state_ != State::ended) piece += say(answer);
  if (keep_body_) exchange_.response.body += piece;
  co_return true;
}

/// The events for more of the answer, and the last ones where it does not go on.
std::string ChatStream::say(engine::AnswerPiece& answer) {
  const auto room = make_room(answer);
  if (!room) return break_off(room.error());
  if (answer_.validator) text_ += answer.words;
  std::string piece;
  if (!answer.words.empty()) piece = chunks_.words(answer.words);
  for (engine::ToolCallPiece& call : answer.calls) {
    calls_ = true;
    if (!call.name.empty() && call.id.empty()) call.id = call_id(exchange_, call.index);
    piece += chunks_.call(call);
  }
  if (!answer_.more) piece += finish();
  return piece;
}

/// The last events, once the text is whole.
std::string ChatStream::finish() {
  // The schema is for the answer; an answer is what comes once the tools have been called.
  if (answer_.validator && !calls_) {
    const auto fits = check_against_schema(text_, *answer_.validator);
    if (!fits) return break_off(fits.error());
    exchange_.facts.schema_enforced = true;
  }
  state_ = State::ended;
  const engine::InferenceReply reply = answer_.stream->so_far();
  finish_ = reply.finish_reason;
  exchange_.facts.latency_ms = http::elapsed_ms(exchange_, clock_);
  std::string piece = chunks_.closing(finish_, exchange_);
  if (options_.include_usage) piece += chunks_.usage(reply.prompt_tokens, reply.completion_tokens);
  return piece;
}

std::string ChatStream::break_off(Error error) {
  state_ = State::ended;
  finish_ = error.code() == ErrorCode::client_closed ? "client_closed" : "upstream_error";
  std::string piece = chunks_.error(error);
  exchange_.error = std::move(error);
  return piece;
}

Result<void> ChatStream::make_room(const engine::AnswerPiece& answer) {
  constexpr std::size_t kEvents = 1024;  // what stands around the words, or those of a call
  std::size_t events = answer.words.size() + kEvents;
  for (const engine::ToolCallPiece& call : answer.calls) {
    events += kEvents + call.id.size() + call.name.size() + call.arguments.size();
  }
  const std::size_t wanted = (answer_.validator ? answer.words.size() : 0) + (keep_body_ ? events : 0);
  if (http::cover_body(&memory_, kept_, kept_ + wanted, exchange_.memory)) {
    kept_ += wanted;
    return {};
  }
  return Error(ErrorCode::overloaded, "too many large answers are on their way; try again shortly");
}

bool ChatStream::within_quota() {
  const http::CallFacts& facts = exchange_.facts;
  return !exchange_.quota || exchange_.quota->cover(facts.prompt_tokens + facts.completion_tokens);
}

void ChatStream::count() {
  const engine::InferenceReply reply = answer_.stream->so_far();
  exchange_.facts.prompt_tokens = reply.prompt_tokens;
  exchange_.facts.completion_tokens = reply.completion_tokens;
}

http::BodyStream::Tail ChatStream::tail() const {
  return [chunks = chunks_, finish = finish_, as_chunk = options_.include_receipt,
          error = exchange_.error](const http::Headers& receipts) {
    ChatChunks last = chunks;  // which counts its events
    if (receipts.empty()) {
      // There is no row, so there is no receipt, and what was sent is not to be taken for a whole answer.
      return last.error(error.value_or(
          Error(ErrorCode::audit_unavailable, "the call could not be recorded; try again later")));
    }
    const std::string json = receipt(receipts, finish, chunks.frames());
    std::string tail = as_chunk ? last.receipt(json) : ": cogos-receipt " + json + "\n\n";
    const bool whole = !error;
    if (whole) tail += "data: [DONE]\n\n";
    return tail;
  };
}

http::Task<void> ChatStream::abandon() {
  count();
  // The engine is told by the exchange's cancellation, and at the latest by this.
  answer_.stream.reset();
  co_return;
}

}  // namespace cogos::api
