#include <stdexcept>

#include "cogos/result.hpp"

namespace cogos {

ErrorInfo error_info(ErrorCode code) noexcept {
  switch (code) {
    case ErrorCode::internal:
      return {500, "server_error"};
    case ErrorCode::invalid_request:
      return {400, "invalid_request_error"};
    case ErrorCode::malformed_http:
      return {400, "invalid_request_error"};
    case ErrorCode::validation_failed:
      return {400, "validation_failed"};
    case ErrorCode::missing_credentials:
      return {401, "invalid_request_error"};
    case ErrorCode::invalid_api_key:
      return {401, "invalid_api_key"};
    case ErrorCode::expired_api_key:
      return {401, "expired_api_key"};
    case ErrorCode::key_quarantined:
      return {401, "key_quarantined_for_review"};
    case ErrorCode::replayed_request:
      return {401, "replayed_request"};
    case ErrorCode::invalid_admin_credentials:
      return {401, "invalid_admin_credentials"};
    case ErrorCode::forbidden:
      return {403, "forbidden"};
    case ErrorCode::model_tier_denied:
      return {403, "model_tier_denied"};
    case ErrorCode::not_found:
      return {404, "not_found"};
    case ErrorCode::method_not_allowed:
      return {405, "method_not_allowed"};
    case ErrorCode::request_timeout:
      return {408, "request_timeout"};
    case ErrorCode::conflict:
      return {409, "conflict"};
    case ErrorCode::rotation_already_done:
      return {409, "rotation_already_done"};
    case ErrorCode::body_too_large:
      return {413, "body_too_large"};
    case ErrorCode::prompt_too_large:
      return {413, "prompt_too_large"};
    case ErrorCode::target_too_long:
      return {414, "target_too_long"};
    case ErrorCode::unsupported_media_type:
      return {415, "unsupported_media_type"};
    case ErrorCode::schema_unsatisfiable:
      return {422, "schema_unsatisfiable"};
    case ErrorCode::idempotency_key_reused:
      return {422, "idempotency_key_reused"};
    case ErrorCode::rate_limit_exceeded:
      return {429, "rate_limit_exceeded"};
    case ErrorCode::quota_exceeded:
      return {429, "quota_exceeded"};
    case ErrorCode::daily_quota_exceeded:
      return {429, "daily_quota_exceeded"};
    case ErrorCode::headers_too_large:
      return {431, "headers_too_large"};
    case ErrorCode::client_closed:
      return {499, "client_closed"};
    case ErrorCode::upstream_error:
      return {502, "upstream_error"};
    case ErrorCode::upstream_schema_violation:
      return {502, "upstream_schema_violation"};
    case ErrorCode::overloaded:
      return {503, "overloaded"};
    case ErrorCode::audit_unavailable:
      return {503, "audit_unavailable"};
    case ErrorCode::upstream_timeout:
      return {504, "upstream_timeout"};
    case ErrorCode::verification_failed:
      return {500, "verification_failed"};
    case ErrorCode::unreadable_input:
      return {500, "unreadable_input"};
  }
  return {500, "server_error"};
}

void throw_exception_from_error(const Error& error, const boost::source_location& /*location*/) {
  throw std::runtime_error(error.detail().empty() ? error.message()
                                                  : error.message() + " (" + error.detail() + ")");
}

}  // namespace cogos
