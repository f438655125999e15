#include <array>
#include <sstream>

#include "base/json.hpp"
#include "cli/page_scan.hpp"
#include "cli/probe_checks.hpp"

namespace cogos::cli {
namespace {

struct Page {
  const char* check;
  const char* path;
};

constexpr std::array<Page, 9> kPages{{{"page.home", "/"},
                                      {"page.security", "/security"},
                                      {"page.whitepaper", "/whitepaper"},
                                      {"page.cookbook", "/cookbook"},
                                      {"page.trust", "/trust"},
                                      {"page.sla", "/sla"},
                                      {"page.sub-processors", "/sub-processors"},
                                      {"page.terms", "/terms"},
                                      {"page.privacy", "/privacy"}}};

bool has_type(const ProbeAnswer& answer, std::string_view type) {
  return answer.header("Content-Type").value_or("").starts_with(type);
}

Verdict judge_page(const ProbeAnswer& answer, const std::string& origin) {
  if (answer.status != 200) return fail(in_words(answer));
  if (!has_type(answer, "text/html")) return fail("it is not text/html");
  const auto fault = page_fault(answer.body, origin);
  return fault.empty() ? pass("200, nothing from elsewhere") : fail(fault);
}

/// The value of a field of security.txt (RFC 9116 §2.5); nothing where it is not there.
std::optional<std::string> field_of(const std::string& text, const std::string& name) {
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    if (!line.empty() && line.back() == '\r') line.pop_back();
    if (line.starts_with(name + ": ")) return line.substr(name.size() + 2);
  }
  return std::nullopt;
}

Verdict judge_security_txt(const ProbeAnswer& answer, TimePoint now) {
  if (answer.status != 200) return fail(in_words(answer));
  if (!has_type(answer, "text/plain")) return fail("it is not text/plain");
  if (!field_of(answer.body, "Contact")) return fail("it names no Contact");
  const auto text = field_of(answer.body, "Expires");
  const auto expires = text ? from_rfc3339_lenient(*text) : std::nullopt;
  if (!expires) return fail("it does not say when it Expires");
  if (*expires <= now) return fail("expired at " + *text);
  return pass("good until " + *text);
}

Verdict judge_openapi(const ProbeAnswer& answer) {
  if (answer.status != 200) return fail(in_words(answer));
  const auto document = base::parse_json(answer.body);
  if (!document || !document->is_object() || !document->contains("openapi"))
    return fail("no OpenAPI document");
  const bool has_paths = document->contains("paths") && document->at("paths").is_object();
  if (!has_paths) return fail("it describes nothing");
  for (const auto& [path, item] : document->at("paths").items()) {
    if (path.starts_with("/admin")) return fail("it names the operators' " + path);
  }
  return pass("200, " + std::to_string(document->at("paths").size()) + " paths");
}

/// The key that images are signed with is there or it is not; what else could be there would mislead.
Verdict judge_cosign_key(const ProbeAnswer& answer) {
  if (answer.status == 404) return pass("404: this server publishes none");
  if (answer.status != 200) return fail(in_words(answer));
  const bool is_key = answer.body.starts_with("-----BEGIN PUBLIC KEY-----\n");
  return is_key ? pass("200, a public key") : fail("200, and no public key");
}

}  // namespace

void check_pages(ProbeRun& run) {
  const std::string& origin = run.origin();
  for (const Page& page : kPages) {
    run.check(page.check, run.get(page.path, "text/html"),
              [&origin](const ProbeAnswer& answer) { return judge_page(answer, origin); });
  }
  const TimePoint now = run.started();
  run.check("doc.security-txt", run.get("/.well-known/security.txt"),
            [now](const ProbeAnswer& answer) { return judge_security_txt(answer, now); });
  run.check("doc.robots", run.get("/robots.txt"), [](const ProbeAnswer& answer) {
    if (answer.status != 200) return fail(in_words(answer));
    return answer.body.find("/admin") == std::string::npos ? pass("200")
                                                           : fail("it names the operators' routes");
  });
  run.check("doc.openapi", run.get("/openapi.json"), judge_openapi);
  run.check("doc.cosign", run.get("/cosign.pub"), judge_cosign_key);
}

}  // namespace cogos::cli
