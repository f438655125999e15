#include "base/json.hpp"
#include "cli/probe_checks.hpp"
#include "cli/security_headers.hpp"

namespace cogos::cli {
namespace {

std::string type_of(const ProbeAnswer& answer) {
  const auto body = base::parse_json(answer.body);
  if (!body || !body->is_object() || !body->contains("error")) return {};
  const Json& error = body->at("error");
  return error.is_object() && error.contains("type") && error["type"].is_string()
             ? error["type"].get<std::string>()
             : std::string();
}

std::function<Verdict(const ProbeAnswer&)> refused_as(int status, std::string type) {
  return [status, type = std::move(type)](const ProbeAnswer& answer) {
    const std::string given = type_of(answer);
    const std::string words = in_words(answer) + (given.empty() ? "" : " " + given);
    return answer.status == status && given == type ? pass(words) : fail(words);
  };
}

/// 200 and `"ok":true`.
Verdict says_ok(const ProbeAnswer& answer) {
  if (answer.status != 200) return fail(in_words(answer));
  const auto body = base::parse_json(answer.body);
  const bool ok = body && body->is_object() && body->contains("ok") && body->at("ok") == true;
  return ok ? pass(in_words(answer)) : fail("200, and yet not ok");
}

std::function<Verdict(const ProbeAnswer&)> headers_on(int status) {
  return [status](const ProbeAnswer& answer) {
    if (answer.status != status) return fail(in_words(answer) + " instead of " + std::to_string(status));
    const auto fault = header_fault(answer, true);
    return fault.empty() ? pass("complete on " + in_words(answer)) : fail(fault);
  };
}

void check_plain_http(ProbeRun& run, const std::string& plain_origin) {
  ProbeRequest page = run.get("/");
  page.origin = plain_origin;
  run.check("headers.redirect", page, [&run](const ProbeAnswer& answer) {
    if (answer.status != 308) return fail(in_words(answer) + " instead of 308");
    const auto location = answer.header("Location");
    if (!location || !location->starts_with(run.origin() + "/")) return fail("it does not lead to https");
    const auto fault = header_fault(answer, false);
    return fault.empty() ? pass("308, complete") : fail(fault);
  });
  ProbeRequest call = run.get("/v1/models", "application/json");
  call.origin = plain_origin;
  run.check("plain.v1", call, [](const ProbeAnswer& answer) {
    return answer.status == 403 ? pass("403") : fail(in_words(answer) + " instead of 403");
  });
}

Verdict same_as_unknown(ProbeRun& run) {
  const auto other = run.send(run.get(run.unknown_path()));
  const auto below = run.send(run.get(run.unknown_path("/admin")));
  if (!other) return fail(other.error().message());
  if (!below) return fail(below.error().message());
  if (below->status != 404 || other->status != 404)
    return fail(in_words(*below) + " and " + in_words(*other));
  if (below->body != other->body || below->headers.size() != other->headers.size()) {
    return fail("an unknown path below /admin is answered in another way than others");
  }
  return pass("404 as for any unknown path");
}

}  // namespace

void check_health(ProbeRun& run) {
  run.check("health", run.get("/health", "application/json"), says_ok);
  run.check("ready", run.get("/ready", "application/json"), says_ok);
}

void check_headers(ProbeRun& run, const std::optional<std::string>& plain_origin) {
  run.check("headers.page", run.get("/", "text/html"), headers_on(200));
  run.check("headers.json", run.get("/health", "application/json"), headers_on(200));
  run.check("headers.not-found", run.get(run.unknown_path()), headers_on(404));
  run.check("headers.unauthorized", run.get("/v1/me"), headers_on(401));
  ProbeRequest wrong_method = run.get("/ready");
  wrong_method.method = "DELETE";
  run.check("headers.method", wrong_method, headers_on(405));
  run.check("headers.v1-error", run.get(run.unknown_path("/v1")), headers_on(404));
  if (plain_origin) {
    check_plain_http(run, *plain_origin);
  } else {
    run.skip("headers.redirect",
             "plain HTTP is expected on port 80 beside 443; give --plain to name another");
  }
}

void check_refusals(ProbeRun& run) {
  run.check("auth.no-key", run.get("/v1/me"), refused_as(401, "invalid_request_error"));
  // In the form of a key, and nobody's: the server makes them of random bytes.
  const crypto::SecretText nobodys("sk-cogos-" + std::string(32, '0'));
  ProbeRequest wrong = run.get("/v1/me");
  wrong.key = &nobodys;
  run.check("auth.wrong-key", wrong, refused_as(401, "invalid_api_key"));
  run.check("admin.closed", run.get("/admin/keys"), [](const ProbeAnswer& answer) {
    return answer.status == 401 || answer.status == 404 ? pass(in_words(answer)) : fail(in_words(answer));
  });
  run.check("admin.unknown", [&run] { return same_as_unknown(run); });
}

}  // namespace cogos::cli
