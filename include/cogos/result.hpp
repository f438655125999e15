#pragma once

#include <boost/system/result.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace cogos {

/// What went wrong, as a closed set. Each code has one HTTP status and one wire `type` (see error_info).
enum class ErrorCode : std::uint8_t {
  internal,
  invalid_request,
  malformed_http,
  validation_failed,
  missing_credentials,
  invalid_api_key,
  expired_api_key,
  key_quarantined,
  replayed_request,
  invalid_admin_credentials,
  forbidden,
  model_tier_denied,
  not_found,
  method_not_allowed,
  request_timeout,
  conflict,
  rotation_already_done,
  body_too_large,
  prompt_too_large,
  target_too_long,
  unsupported_media_type,
  schema_unsatisfiable,
  idempotency_key_reused,
  rate_limit_exceeded,
  quota_exceeded,
  daily_quota_exceeded,
  headers_too_large,
  client_closed,
  upstream_error,
  upstream_schema_violation,
  overloaded,
  audit_unavailable,
  upstream_timeout,
  verification_failed,  ///< Offline only: a receipt, row or envelope that does not hold.
  unreadable_input,     ///< Offline only: a file or argument that could not be read or parsed.
};

/// The wire's view of an ErrorCode.
struct ErrorInfo {
  int http_status;
  std::string_view type;
};

/// Total over the enum; never throws.
[[nodiscard]] ErrorInfo error_info(ErrorCode code) noexcept;

/// A failure that a request, a file or an upstream can cause. Default-constructible and not an aggregate,
/// as boost::system::result needs of its error type.
class Error {
 public:
  Error() = default;
  /// `message` goes to the client: it names the problem and the remedy and never carries a secret.
  /// `detail` goes to the log alone.
  Error(ErrorCode code, std::string message, std::string detail = {})
      : code_(code), message_(std::move(message)), detail_(std::move(detail)) {}

  [[nodiscard]] ErrorCode code() const noexcept { return code_; }
  [[nodiscard]] const std::string& message() const noexcept { return message_; }
  [[nodiscard]] const std::string& detail() const noexcept { return detail_; }
  /// The request member at fault, as a JSON path such as `messages[0].content`; empty if none.
  [[nodiscard]] const std::string& param() const noexcept { return param_; }
  /// Seconds after which the same request may succeed (Retry-After).
  [[nodiscard]] std::optional<std::uint32_t> retry_after_s() const noexcept { return retry_after_s_; }
  /// For method_not_allowed: the value of the Allow header.
  [[nodiscard]] const std::string& allow() const noexcept { return allow_; }
  /// For upstream_error: the status that the upstream answered with, 0 if it gave none.
  [[nodiscard]] int upstream_status() const noexcept { return upstream_status_; }

  /// More about this refusal, for programs: each becomes a member of the error object beside `message`.
  using Fact = std::pair<std::string, std::variant<std::uint64_t, std::string>>;
  [[nodiscard]] const std::vector<Fact>& facts() const noexcept { return facts_; }
  /// All that is wrong with a body (validation_failed), a sentence each: the member `errors`; empty if none.
  [[nodiscard]] const std::vector<std::string>& problems() const noexcept { return problems_; }

  Error&& with_param(std::string param) && {
    param_ = std::move(param);
    return std::move(*this);
  }
  Error&& with_retry_after(std::uint32_t seconds) && {
    retry_after_s_ = seconds;
    return std::move(*this);
  }
  Error&& with_allow(std::string allow) && {
    allow_ = std::move(allow);
    return std::move(*this);
  }
  Error&& with_upstream_status(int status) && {
    upstream_status_ = status;
    return std::move(*this);
  }
  Error&& with_fact(std::string name, std::uint64_t number) && {
    facts_.emplace_back(std::move(name), number);
    return std::move(*this);
  }
  Error&& with_fact(std::string name, std::string text) && {
    facts_.emplace_back(std::move(name), std::move(text));
    return std::move(*this);
  }
  Error&& with_problems(std::vector<std::string> problems) && {
    problems_ = std::move(problems);
    return std::move(*this);
  }

 private:
  ErrorCode code_ = ErrorCode::internal;
  int upstream_status_ = 0;
  std::optional<std::uint32_t> retry_after_s_;
  std::string message_;
  std::string detail_;
  std::string param_;
  std::string allow_;
  std::vector<Fact> facts_;
  std::vector<std::string> problems_;
};

template <class T = void>
using Result = boost::system::result<T, Error>;

/// Found by boost::system::result::value() where it holds an Error: throws std::runtime_error with the
/// message and detail. Only start-up code and tests call value() unchecked.
[[noreturn]] void throw_exception_from_error(const Error& error, const boost::source_location& location);

}  // namespace cogos
