#include "http/pipeline.hpp"

#include <exception>

#include "http/error_response.hpp"
#include "http/receipted_stream.hpp"

namespace cogos::http {
namespace {

std::size_t bytes_held(const Response& response) {
  return response.body.size() + (response.stream ? response.stream->held() : 0);
}

}  // namespace

Task<void> Pipeline::answer(Exchange& exchange) {
  exchange.stations.entered = now();
  exchange.request_sha256 = parts_.whole_hash(exchange.request.body);

  std::optional<Error> failure;
  try {
    // Named before it is used: g++ 12 miscompiles temporaries in co_await expressions.
    Result<Response> produced = co_await produce(exchange);
    if (produced && !cover_body(parts_.memory.get(), 0, bytes_held(*produced), exchange.memory)) {
      // Slow readers may hold so much and no more.
      failure = Error(ErrorCode::overloaded, "too many large answers are on their way; try again shortly")
                    .with_retry_after(1);
    } else if (produced) {
      exchange.response = std::move(*produced);
    } else {
      failure = produced.error();
    }
  } catch (const std::exception& error) {
    failure = Error(ErrorCode::internal, "internal error", error.what());
  }
  if (failure) fail(exchange, std::move(*failure));

  if (exchange.repetition) exchange.repetition->begin(exchange.response);
  dress(exchange);
  exchange.stations.handled = now();
  if (exchange.response.stream) {
    exchange.response.stream = receipted(std::move(exchange.response.stream), exchange, parts_);
    co_return;
  }
  co_await complete_buffered(exchange);
  // A client that is slow to read its answer keeps nobody else from being answered.
  exchange.place.release();
  for (Observer* observer : parts_.observers) observer->answered(exchange);
}

Result<void> Pipeline::admit(Exchange& exchange) const {
  // Before anything else: what does not exist for this client must not differ from what exists for nobody.
  if (parts_.access) exchange.surface = parts_.access->surface_for(exchange);
  Router::Match match =
      parts_.router->find(exchange.request.method, exchange.request.path(), exchange.surface);
  exchange.route = match.route;
  exchange.path_parameters = std::move(match.parameters);
  for (Gate* gate : parts_.gates) {
    auto passed = gate->pass(exchange);
    if (!passed) return passed.error();
  }
  if (exchange.fault) return *exchange.fault;
  if (exchange.route) return {};
  if (match.allow.empty()) {
    return Error(ErrorCode::not_found, "there is nothing at this path; check its spelling");
  }
  return Error(ErrorCode::method_not_allowed,
               "this path does not take " + exchange.request.method.substr(0, 16) + "; use " + match.allow)
      .with_allow(match.allow);
}

Task<Result<Response>> Pipeline::produce(Exchange& exchange) {
  const Result<void> admitted = admit(exchange);
  exchange.stations.admitted = now();
  if (!admitted) co_return admitted.error();
  if (exchange.repetition && exchange.repetition->repeats()) {
    Task<Result<Response>> waiting = exchange.repetition->former();
    Result<Response> former = co_await std::move(waiting);
    exchange.repeated = former.has_value();
    co_return former;
  }
  co_return co_await exchange.route->handler(exchange);
}

Task<void> Pipeline::complete_buffered(Exchange& exchange) {
  hash_body(exchange);
  std::optional<Error> unrecorded;
  try {
    const Result<void> recorded = co_await parts_.recorder->record(exchange);
    if (!recorded) unrecorded = recorded.error();
  } catch (const std::exception& error) {
    unrecorded =
        Error(ErrorCode::audit_unavailable, "the call could not be recorded; try again later", error.what());
  }
  if (unrecorded) {
    // Nothing of the result leaves: headers of the handler's go with its body.
    fail(exchange, std::move(*unrecorded));
    dress(exchange);
    hash_body(exchange);
  }
  // Only what has a row is an answer that stands.
  if (exchange.repetition && exchange.appended_row) {
    exchange.repetition->add(exchange.response.body);
    exchange.repetition->publish({});
  }
  // Whoever waits for an answer that does not stand waits no longer, however slow this client is to read it.
  exchange.repetition.reset();
  exchange.stations.recorded = now();
  Response& response = exchange.response;
  for (Seal* seal : parts_.seals) {
    const auto run = seal->begin(exchange, response.headers);
    if (!run) continue;
    run->update(response.body);
    run->finish(exchange, response.headers);
  }
  exchange.stations.sealed = now();
}

void Pipeline::hash_body(Exchange& exchange) const {
  // A response to HEAD has no body on the wire (RFC 9110 §9.3.2); receipts cover what the client can see.
  if (exchange.request.method == "HEAD") exchange.response.body.clear();
  exchange.response_sha256 = parts_.whole_hash(exchange.response.body);
  exchange.completed_at = parts_.clock->now();
}

void Pipeline::fail(Exchange& exchange, Error error) const {
  exchange.response = error_response(error, exchange.id);
  if (parts_.error_face) parts_.error_face->show(exchange, error, exchange.response);
  exchange.error = std::move(error);
}

void Pipeline::dress(Exchange& exchange) const {
  for (Dresser* dresser : parts_.dressers) dresser->dress(exchange, exchange.response.headers);
}

}  // namespace cogos::http
