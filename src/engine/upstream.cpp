#include "engine/upstream.hpp"

#include <algorithm>
#include <utility>

#include "http/bearer.hpp"

namespace cogos::engine {

namespace {

constexpr std::chrono::milliseconds kProbeTimeout{2'000};

}  // namespace

Error client_left() {
  return Error{ErrorCode::client_closed, "the client closed the connection before the answer was ready"};
}

Upstream::Upstream(UpstreamOptions options, http::HttpClient& client)
    : url_(std::move(options.url)),
      api_key_(std::move(options.api_key)),
      timeout_(options.timeout),
      client_(client) {
  while (url_.ends_with('/')) url_.pop_back();
}

http::OutgoingRequest Upstream::call_to(std::string_view path, std::string_view accept) const {
  http::OutgoingRequest call;
  call.url = url_;
  call.url += path;
  call.headers.emplace_back("Accept", accept);
  if (!api_key_.empty()) {
    call.headers.emplace_back("Authorization", http::bearer(api_key_.reveal()));
  }
  call.timeout = timeout_;
  call.max_response_bytes = kMaxUpstreamBytes;
  return call;
}

http::OutgoingRequest Upstream::call(std::string_view path, const std::string& body,
                                     std::string_view accept) const {
  http::OutgoingRequest call = call_to(path, accept);
  call.method = "POST";
  call.headers.emplace_back("Content-Type", "application/json");
  call.body = body;
  return call;
}

http::Task<Result<void>> Upstream::probe(std::string_view path, http::Cancellation& cancellation) const {
  http::OutgoingRequest request = call_to(path, "application/json");
  request.timeout = std::min(timeout_, kProbeTimeout);
  const Result<http::OutgoingResponse> answer = co_await client_.send(request, cancellation);
  if (!answer) co_return answer.error();
  if (answer->status < 200 || answer->status > 299) co_return refused(answer->status, answer->body);
  co_return Result<void>();
}

http::Task<Result<Json>> Upstream::post(std::string_view path, const std::string& body,
                                        http::Cancellation& cancellation) const {
  if (cancellation.requested()) co_return client_left();
  const http::OutgoingRequest request = call(path, body, "application/json");
  const Result<http::OutgoingResponse> answer = co_await client_.send(request, cancellation);
  if (cancellation.requested()) co_return client_left();
  if (!answer) co_return answer.error();
  co_return read(*answer);
}

http::Task<Result<std::unique_ptr<http::OutgoingStream>>> Upstream::open(
    std::string_view path, const std::string& body, std::string_view accept,
    http::Cancellation& cancellation) const {
  if (cancellation.requested()) co_return client_left();
  const http::OutgoingRequest request = call(path, body, accept);
  Result<std::unique_ptr<http::OutgoingStream>> answer = co_await client_.open(request, cancellation);
  if (cancellation.requested()) co_return client_left();
  if (!answer) co_return answer.error();
  http::OutgoingStream& stream = **answer;
  if (stream.status() >= 200 && stream.status() <= 299) co_return answer;
  // What has come of the reason is enough for the log.
  std::string reason;
  const Result<bool> read = co_await stream.next(reason);
  if (!read) reason.clear();
  co_return refused(stream.status(), reason);
}

Error Upstream::refused(int status, std::string_view body) const {
  return Error{ErrorCode::upstream_error, "the model server answered " + std::to_string(status),
               api_key_.excerpt(body)}
      .with_upstream_status(status);
}

Result<Json> Upstream::read(const http::OutgoingResponse& answer) const {
  if (answer.status < 200 || answer.status > 299) return refused(answer.status, answer.body);
  if (answer.body.size() > kMaxUpstreamBytes) {
    return misshapen("is longer than " + std::to_string(kMaxUpstreamBytes) + " bytes");
  }
  Result<Json> parsed = base::parse_json(answer.body);
  if (!parsed) {
    return Error{ErrorCode::upstream_error, "the model server's answer is not readable as JSON",
                 api_key_.excerpt(parsed.error().message())};
  }
  if (!parsed->is_object()) return misshapen("is not a JSON object");
  if (const Json* error = find_member(&*parsed, "error")) {
    return Error{ErrorCode::upstream_error, "the model server reported an error in place of an answer",
                 api_key_.excerpt(base::canonical(*error))};
  }
  return parsed;
}

Json* find_member(Json* value, const char* name) {
  if (value == nullptr || !value->is_object()) return nullptr;
  const auto found = value->find(name);
  return found == value->end() || found->is_null() ? nullptr : &*found;
}

Error misshapen(std::string_view reason) {
  return Error{ErrorCode::upstream_error, "the model server's answer " + std::string(reason)};
}

}  // namespace cogos::engine
