#include "engine/upstream.hpp"

#include <utility>

namespace cogos::engine {
namespace {

Error client_left() {
  return Error{ErrorCode::client_closed, "the client closed the connection before the answer was ready"};
}

}  // namespace

Upstream::Upstream(UpstreamOptions options, http::HttpClient& client)
    : url_(std::move(options.url)),
      api_key_(std::move(options.api_key)),
      timeout_(options.timeout),
      client_(client) {
  while (url_.ends_with('/')) url_.pop_back();
}

http::Task<Result<Json>> Upstream::post(std::string_view path, const std::string& body,
                                        http::Cancellation& cancellation) const {
  if (cancellation.requested()) co_return client_left();

  http::OutgoingRequest call;
  call.method = "POST";
  call.url = url_;
  call.url += path;
  call.headers.emplace_back("Content-Type", "application/json");
  call.headers.emplace_back("Accept", "application/json");
  if (!api_key_.empty()) {
    std::string credential = "Bearer ";
    credential += api_key_.reveal();
    call.headers.emplace_back("Authorization", std::move(credential));
  }
  call.body = body;
  call.timeout = timeout_;
  call.max_response_bytes = kMaxUpstreamBytes;

  const Result<http::OutgoingResponse> answer = co_await client_.send(call, cancellation);
  if (cancellation.requested()) co_return client_left();
  if (!answer) co_return answer.error();
  co_return read(*answer);
}

Result<Json> Upstream::read(const http::OutgoingResponse& answer) const {
  if (answer.status < 200 || answer.status > 299) {
    return Error{ErrorCode::upstream_error, "the model server answered " + std::to_string(answer.status),
                 api_key_.excerpt(answer.body)}
        .with_upstream_status(answer.status);
  }
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
