#include "stages/record.hpp"

#include "http/await_callback.hpp"
#include "http/router.hpp"
#include "keys/key_record.hpp"
#include "proof/sealed_envelope.hpp"
#include "stages/sealed_content.hpp"

namespace cogos::stages {
namespace {

bool refused_by_limit(const http::Exchange& exchange) {
  if (!exchange.error) return false;
  const ErrorCode code = exchange.error->code();
  return code == ErrorCode::rate_limit_exceeded || code == ErrorCode::quota_exceeded ||
         code == ErrorCode::daily_quota_exceeded;
}

}  // namespace

bool is_recorded_call(const http::Exchange& exchange) {
  return exchange.principal && !exchange.repeated && exchange.request.method == "POST" && exchange.route &&
         exchange.route->realm == http::Realm::customer;
}

std::string row_status(const http::Exchange& exchange) {
  if (!exchange.error) return "success";
  switch (exchange.error->code()) {
    case ErrorCode::client_closed:
      return "client_closed";
    case ErrorCode::upstream_error:
      if (const int status = exchange.error->upstream_status(); status != 0) {
        return "upstream_" + std::to_string(status);
      }
      return "upstream_error";
    case ErrorCode::upstream_timeout:
    case ErrorCode::upstream_schema_violation:
      return "upstream_error";
    default:
      // Of the error itself: a stream that breaks off was begun with 200.
      return error_info(exchange.error->code()).http_status < 500 ? "client_error" : "server_error";
  }
}

bool is_charged_call(const http::Exchange& exchange) {
  const http::CallFacts& facts = exchange.facts;
  return is_recorded_call(exchange) && !refused_by_limit(exchange) &&
         proof::is_charged({row_status(exchange), static_cast<std::uint64_t>(exchange.response.status),
                            facts.prompt_tokens + facts.completion_tokens, facts.model.has_value(),
                            facts.live_search.has_value()});
}

proof::RowDraft AuditRecorder::draft(const http::Exchange& exchange) const {
  const keys::KeyRecord& key = *exchange.principal;
  const http::CallFacts& facts = exchange.facts;
  proof::RowDraft row;
  row.chain = key.chain();
  row.key_id = key.key_id;
  row.method = exchange.request.method;
  row.route = exchange.request.path();
  row.http_status = static_cast<std::uint64_t>(exchange.response.status);
  row.status = row_status(exchange);
  row.model = facts.model;
  row.prompt_tokens = facts.prompt_tokens;
  row.completion_tokens = facts.completion_tokens;
  row.latency_ms = facts.latency_ms ? *facts.latency_ms : http::elapsed_ms(exchange, clock_);
  row.schema_enforced = facts.schema_enforced;
  row.live_search = facts.live_search;
  row.package_id = key.package_id;
  row.rev = signer_.rev();
  row.signer_kid = signer_.kid();
  row.seal = proof::PendingSeal::prepare(*key.sealing_key, sealed_content(exchange), random_).value();
  row.spent_signature = exchange.spent_signature;
  return row;
}

/// So that after a restart, when the answer is not kept any more, nobody can have the call done by sending
/// its repetition again.
http::Task<Result<void>> AuditRecorder::remember(const SpentSignature& spent) {
  auto start = [this, spent](proof::AuditLog::Remembered done) { log_.remember(spent, std::move(done)); };
  http::Task<Result<void>> remembering = http::await_callback<Result<void>>(std::move(start));
  co_return co_await std::move(remembering);
}

http::Task<Result<void>> AuditRecorder::record(http::Exchange& exchange) {
  const bool charged = is_charged_call(exchange);
  if (exchange.quota && !charged) exchange.quota->release();
  if (exchange.repeated && exchange.spent_signature) {
    http::Task<Result<void>> remembering = remember(*exchange.spent_signature);
    co_return co_await std::move(remembering);
  }
  if (!is_recorded_call(exchange) || refused_by_limit(exchange)) co_return Result<void>();
  auto start = [this, row = draft(exchange)](proof::AuditLog::Appended done) mutable {
    log_.append(std::move(row), std::move(done));
  };
  http::Task<Result<proof::ChainHead>> appending =
      http::await_callback<Result<proof::ChainHead>>(std::move(start));
  const Result<proof::ChainHead> head = co_await std::move(appending);
  if (!head) {
    if (exchange.quota) exchange.quota->release();
    co_return head.error();
  }
  if (exchange.quota && charged) {
    exchange.quota->settle(head->ts, exchange.facts.prompt_tokens + exchange.facts.completion_tokens);
  }
  exchange.appended_row = head->row_hash;
  co_return Result<void>();
}

}  // namespace cogos::stages
