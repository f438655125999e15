#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/json.hpp"
#include "engine/inference_engine.hpp"
#include "engine/upstream_key.hpp"
#include "http/outgoing.hpp"

namespace cogos::engine {

/// Longest body that is read from a model server; a longer one is an upstream_error.
inline constexpr std::size_t kMaxUpstreamBytes = 8U << 20U;

struct UpstreamOptions {
  std::string url;      ///< What every path is appended to; slashes at its end are ignored.
  UpstreamKey api_key;  ///< Empty: no Authorization header.
  std::chrono::milliseconds timeout{60'000};  ///< For one whole call, connecting included.
};

/// One model server that speaks JSON over HTTP: sends, and tells apart how it can fail. Immutable, so safe to
/// use from any number of strands.
///
/// The messages of its errors never repeat what the server said. The details, for the log, may hold a short
/// printable excerpt of an error that the server reported, with the API key blotted out; never of an answer.
class Upstream {
 public:
  /// `client` must outlive it.
  Upstream(UpstreamOptions options, http::HttpClient& client);

  /// POSTs a JSON text and returns the JSON object of a 2xx answer without an `error` member. Fails with
  ///   client_closed     where `cancellation` was requested before or during the call, whatever came of it;
  ///   upstream_timeout, upstream_error of the transport   as the client reports them;
  ///   upstream_error    with the status where it is not 2xx; without where the body is longer than
  ///                     kMaxUpstreamBytes, not what parse_json takes, no object, or reports an error.
  /// `path` starts with a slash. Both texts must outlive the task.
  [[nodiscard]] http::Task<Result<Json>> post(std::string_view path, const std::string& body,
                                              http::Cancellation& cancellation) const;

  /// POSTs a JSON text and returns the body of a 2xx answer before it has come. Fails as post() does for the
  /// transport and the status. `accept` is the media type asked for.
  [[nodiscard]] http::Task<Result<std::unique_ptr<http::OutgoingStream>>> open(
      std::string_view path, const std::string& body, std::string_view accept,
      http::Cancellation& cancellation) const;

  /// GETs `path` within two seconds and gives nothing away but that there was a 2xx answer. Fails as post().
  [[nodiscard]] http::Task<Result<void>> probe(std::string_view path, http::Cancellation& cancellation) const;

 private:
  [[nodiscard]] http::OutgoingRequest call_to(std::string_view path, std::string_view accept) const;
  [[nodiscard]] http::OutgoingRequest call(std::string_view path, const std::string& body,
                                           std::string_view accept) const;
  [[nodiscard]] Error refused(int status, std::string_view body) const;
  [[nodiscard]] Result<Json> read(const http::OutgoingResponse& answer) const;

  std::string url_;
  UpstreamKey api_key_;
  std::chrono::milliseconds timeout_;
  http::HttpClient& client_;
};

/// The conversation as an array of `role` and `content`. The role `developer`, which few servers know,
/// becomes `system`. Messages with calls or of a tool go through `add_tools` with what is there of them.
[[nodiscard]] Json upstream_messages(const InferenceRequest& request,
                                     void (*add_tools)(const Message&, Json&));

/// Folds a seed into what JSON numbers carry exactly, -(2^53-1) to 2^53-1. Equal seeds stay equal.
[[nodiscard]] std::int64_t upstream_seed(std::int64_t seed) noexcept;

/// Where a server's answer keeps what InferenceReply needs; null for what it lacks.
struct UpstreamReply {
  Json* text = nullptr;
  const Json* tool_calls = nullptr;
  bool arguments_are_text = true;  ///< Of a tool's call; else they are an object.
  const Json* finish_reason = nullptr;
  const Json* prompt_tokens = nullptr;
  const Json* completion_tokens = nullptr;
};

/// Moves the text out of the answer; it may be missing where there are calls. A missing finish reason counts
/// as `stop`; a missing token count is replaced by estimate_tokens of the request or the answer. Fails with
/// upstream_error where the text is no string, where a call is not what read_tool_calls takes, where the
/// reason is none that ends a whole or a length-limited answer (`content_filter`, `abort` …), or where the
/// counts are no integers whose sum is 0 to 2^53-1.
[[nodiscard]] Result<InferenceReply> read_reply(const UpstreamReply& found, const InferenceRequest& request);

/// `stop`, `length` or `tool_calls`; a null reason counts as `stop`. Fails with upstream_error for any other
/// end.
[[nodiscard]] Result<std::string> read_finish_reason(const Json* reason);
/// The reason of an answer that has calls or has none: `tool_calls` in place of `stop`. Fails with
/// upstream_error where it says that there are calls and there are none.
[[nodiscard]] Result<std::string> with_calls(const std::string& reason, bool calls);
/// Fails with upstream_error where it is no integer from 0 to 2^53-1.
[[nodiscard]] Result<std::uint64_t> read_token_count(const Json& count);
/// estimate_tokens of a call's name and arguments.
[[nodiscard]] std::uint64_t estimate_call(const ToolCall& call);
/// estimate_tokens of all messages and tools.
[[nodiscard]] std::uint64_t estimate_prompt(const InferenceRequest& request);

/// The error of a call whose client has left.
[[nodiscard]] Error client_left();

/// The member of that name; nullptr where it is absent or null, or where `value` is null or no object.
[[nodiscard]] Json* find_member(Json* value, const char* name);

/// An upstream_error for a 2xx answer of the wrong shape. `reason` completes "the model server's answer ".
[[nodiscard]] Error misshapen(std::string_view reason);

}  // namespace cogos::engine
