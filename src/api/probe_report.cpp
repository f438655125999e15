#include "api/probe_report.hpp"

#include <algorithm>
#include <set>

#include "api/members.hpp"
#include "crypto/hash.hpp"

namespace cogos::api {
namespace {

constexpr std::size_t kMaxChecks = 200;
constexpr std::size_t kMaxName = 64;
constexpr std::size_t kMinRunId = 8;
constexpr std::size_t kMaxTarget = 200;
constexpr std::size_t kMaxDetail = 200;
constexpr std::uint64_t kMaxMs = 3'600'000;
constexpr std::string_view kHttps = "https://";
constexpr std::string_view kLowerAndDigits = "abcdefghijklmnopqrstuvwxyz0123456789";

bool consists_of(std::string_view text, std::string_view allowed) {
  return text.find_first_not_of(allowed) == std::string_view::npos;
}

bool is_run_id(std::string_view text) {
  static const std::string allowed = std::string(kLowerAndDigits) + "-";
  return text.size() >= kMinRunId && text.size() <= kMaxName && consists_of(text, allowed);
}

bool is_check_name(std::string_view text) {
  static const std::string allowed = std::string(kLowerAndDigits) + "._-";
  return !text.empty() && text.size() <= kMaxName && consists_of(text, allowed);
}

/// `https://host[:port]` and no more.
bool is_origin(std::string_view text) {
  static const std::string allowed = std::string(kLowerAndDigits) + "ABCDEFGHIJKLMNOPQRSTUVWXYZ.-:[]";
  return text.size() <= kMaxTarget && text.size() > kHttps.size() && text.starts_with(kHttps) &&
         consists_of(text.substr(kHttps.size()), allowed);
}

/// In characters of valid UTF-8.
std::size_t length_of(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(
      text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xc0U) != 0x80U; }));
}

using Fits = bool (*)(std::string_view);

Result<std::string> read_text(const Json& object, const char* name, const std::string& path, Fits fits,
                              const char* what) {
  const Json* value = member(object, name);
  if (!value || !value->is_string() || !fits(value->get_ref<const std::string&>())) {
    return invalid(path + " must be " + what, path);
  }
  return value->get<std::string>();
}

Result<TimePoint> read_start(const Json& body, TimePoint now) {
  const Json* value = member(body, "started_at");
  const auto time =
      value && value->is_string() ? from_rfc3339_lenient(value->get_ref<const std::string&>()) : std::nullopt;
  if (!time) {
    return invalid("started_at must be an RFC 3339 time such as 2027-01-31T00:00:00Z", "started_at");
  }
  if (*time > now + keys::ProbeReports::kMaxAhead) {
    return invalid("started_at lies in the future: set the prober's clock", "started_at");
  }
  if (*time < now - keys::ProbeReports::kMaxAge) {
    return invalid("started_at is more than an hour ago: report a run when it ends, or run it again",
                   "started_at");
  }
  return *time;
}

Result<void> read_check(const Json& check, const std::string& path, std::set<std::string>& names,
                        keys::ProbeReport& report) {
  if (!check.is_object()) return invalid(path + " must be an object", path);
  auto name = read_text(check, "check", path + ".check", is_check_name,
                        "1 to 64 of the characters a-z, 0-9, `.`, `_` and `-`");
  if (!name) return name.error();
  if (!names.insert(*name).second) return invalid(path + ".check is there twice", path + ".check");
  const Json* ok = member(check, "ok");
  if (!ok || !ok->is_boolean()) return invalid(path + ".ok must be true or false", path + ".ok");
  const Json* ms = member(check, "ms");
  if (!ms || !ms->is_number_unsigned() || ms->get<std::uint64_t>() > kMaxMs) {
    return invalid(path + ".ms must be a whole number from 0 to " + std::to_string(kMaxMs), path + ".ms");
  }
  const Json* detail = member(check, "detail");
  if (detail && (!detail->is_string() || length_of(detail->get_ref<const std::string&>()) > kMaxDetail)) {
    return invalid(path + ".detail must be a string of at most 200 characters", path + ".detail");
  }
  if (ok->get<bool>()) {
    ++report.passed;
  } else {
    ++report.failed;
    report.failed_checks.push_back(std::move(*name));
  }
  return {};
}

}  // namespace

Result<keys::ProbeReport> read_probe_report(const Json& body, TimePoint now) {
  keys::ProbeReport report;
  auto run = read_text(body, "run_id", "run_id", is_run_id, "8 to 64 of the characters a-z, 0-9 and `-`");
  if (!run) return run.error();
  report.run_id = std::move(*run);
  auto target = read_text(body, "target", "target", is_origin,
                          "https://HOST or https://HOST:PORT of at most 200 characters");
  if (!target) return target.error();
  report.target = std::move(*target);
  const auto started = read_start(body, now);
  if (!started) return started.error();
  report.started_at = *started;

  const Json* checks = member(body, "checks");
  if (!checks || !checks->is_array() || checks->empty() || checks->size() > kMaxChecks) {
    return invalid("checks must be an array of 1 to 200 checks", "checks");
  }
  std::set<std::string> names;
  for (std::size_t i = 0; i < checks->size(); ++i) {
    const auto read = read_check((*checks)[i], element("checks", i), names, report);
    if (!read) return read.error();
  }
  report.report_sha256 = crypto::sha256_hex(base::canonical(body));
  return report;
}

}  // namespace cogos::api
