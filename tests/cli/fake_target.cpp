#include "cli/fake_target.hpp"

#include "cogos/receipt.hpp"
#include "crypto/hash.hpp"

namespace cogos::test {
namespace {

std::string error_body(const std::string& type) {
  return R"({"error":{"message":"no","type":")" + type + R"("}})";
}

void json(cli::ProbeAnswer& out, int status, std::string body) {
  out.status = status;
  out.headers.emplace_back("Content-Type", "application/json");
  out.body = std::move(body);
}

void text(cli::ProbeAnswer& out, const std::string& type, std::string body) {
  out.status = 200;
  out.headers.emplace_back("Content-Type", type);
  out.body = std::move(body);
}

bool is_page(const std::string& path) {
  static const std::vector<std::string> pages{"/",    "/security",       "/whitepaper", "/cookbook", "/trust",
                                              "/sla", "/sub-processors", "/terms",      "/privacy"};
  return std::find(pages.begin(), pages.end(), path) != pages.end();
}

}  // namespace

void set_header(cli::ProbeAnswer& answer, const std::string& name, const std::string& value) {
  std::erase_if(answer.headers, [&name](const auto& field) { return field.first == name; });
  if (!value.empty()) answer.headers.emplace_back(name, value);
}

class FakeTarget::Transport final : public cli::ProbeTransport {
 public:
  explicit Transport(FakeTarget& target) : target_(target) {}
  Result<cli::ProbeAnswer> send(const cli::ProbeRequest& request) override { return target_.answer(request); }
  Result<cli::TlsOutcome> offer(const std::string& /*origin*/, cli::TlsOffer version) override {
    return target_.tls(version);
  }

 private:
  FakeTarget& target_;
};

FakeTarget::FakeTarget() : signer_(crypto::Ed25519PrivateKey::generate(random_), "1.0.0+test") {
  tls = [this](cli::TlsOffer version) -> Result<cli::TlsOutcome> {
    if (version == cli::TlsOffer::tls1_0 || version == cli::TlsOffer::tls1_1) {
      return cli::TlsOutcome{false, "protocol version", std::nullopt};
    }
    return cli::TlsOutcome{true, {}, clock_.now() + std::chrono::days{90}};
  };
}

std::unique_ptr<cli::ProbeTransport> FakeTarget::transport() {
  return std::make_unique<Transport>(*this);
}

std::size_t FakeTarget::asked_for(std::string_view path) const {
  return static_cast<std::size_t>(std::count_if(
      requests.begin(), requests.end(), [path](const auto& request) { return request.target == path; }));
}

void FakeTarget::safe_headers(cli::ProbeAnswer& out) {
  const std::pair<const char*, const char*> safe[]{
      {"strict-transport-security", "max-age=63072000; includeSubDomains; preload"},
      {"Content-Security-Policy",
       "default-src 'none'; style-src 'self'; form-action 'self' https://checkout.stripe.com; base-uri "
       "'none'; "
       "frame-ancestors 'none'"},
      {"X-Content-Type-Options", "nosniff"},
      {"X-Frame-Options", "DENY"},
      {"Referrer-Policy", "no-referrer"},
      {"Permissions-Policy", "camera=()"},
      {"Cross-Origin-Opener-Policy", "same-origin"},
      {"Cross-Origin-Resource-Policy", "same-origin"}};
  for (const auto& [name, value] : safe) out.headers.emplace_back(name, value);
}

Result<cli::ProbeAnswer> FakeTarget::answer(const cli::ProbeRequest& request) {
  requests.push_back(request);
  keys.emplace_back(request.key != nullptr ? std::string(request.key->reveal()) : std::string());
  if (gone) return Error(ErrorCode::upstream_error, "the upstream could not be reached: nobody there");
  const std::string path = request.target.substr(0, request.target.find('?'));
  cli::ProbeAnswer out;
  safe_headers(out);
  route(request, path, out);
  const auto apply = [&](const auto& changes) {
    for (const std::string& name : {path, std::string("*")}) {
      if (const auto change = changes.find(name); change != changes.end()) change->second(out);
    }
  };
  apply(spoil);
  if (path.starts_with("/v1/")) seal(request, keys.back(), out);
  apply(tamper);
  return out;
}

void FakeTarget::route(const cli::ProbeRequest& request, const std::string& path, cli::ProbeAnswer& out) {
  if (request.origin.starts_with("http://")) return plain(path, out);
  if (path == "/v1/probe-reports") {
    reports.push_back(request.body);
    const int status = report_statuses.empty() ? 201 : report_statuses.front();
    if (!report_statuses.empty()) report_statuses.erase(report_statuses.begin());
    return json(out, status, status < 300 ? R"({"recorded":true})" : error_body("overloaded"));
  }
  if (path == "/v1/me" || path == "/v1/models") return account(path, keys.back(), out);
  if (request.method == "DELETE") return json(out, 405, error_body("method_not_allowed"));
  if (is_page(path)) {
    return text(
        out, "text/html; charset=utf-8",
        "<!doctype html><link rel=stylesheet href=/style.css><a href='https://elsewhere.example/'>x</a>");
  }
  if (path == "/health" || path == "/ready") return json(out, 200, R"({"ok":true})");
  if (path == "/robots.txt") return text(out, "text/plain", "User-agent: *\n");
  if (path == "/.well-known/security.txt") {
    return text(out, "text/plain", "Contact: mailto:a@b.example\nExpires: 2026-01-01T00:00:00Z\n");
  }
  if (path == "/openapi.json") return json(out, 200, R"({"openapi":"3.1.0","paths":{"/v1/me":{}}})");
  if (path == "/attestation.pub") {
    out.headers.emplace_back("X-Cogos-Attestation-Kid", signer_.kid());
    return text(out, "text/plain", signer_.public_pem());
  }
  if (path == "/attestation/keys") {
    const Json list{{"keys", Json::array({{{"kid", signer_.kid()},
                                           {"public_pem", signer_.public_pem()},
                                           {"ended_at", nullptr}}})}};
    return json(out, 200, list.dump());
  }
  if (path == "/admin/keys") return json(out, 401, error_body("invalid_admin_credentials"));
  if (path == "/.env" || path == "/.git/config") return text(out, "text/plain", "PASSWORD=CANARY\n");
  json(out, 404, error_body("not_found"));
}

void FakeTarget::plain(const std::string& path, cli::ProbeAnswer& out) const {
  set_header(out, "strict-transport-security", "");
  if (path.starts_with("/v1/")) return json(out, 403, error_body("forbidden"));
  out.status = 308;
  out.headers.emplace_back("Location", "https://api.example" + path);
}

void FakeTarget::account(const std::string& path, const std::string& key, cli::ProbeAnswer& out) const {
  if (key.empty()) return json(out, 401, error_body("invalid_request_error"));
  const bool is_probe = key == kProbeKey;
  if (!is_probe && key != kCustomerKey) return json(out, 401, error_body("invalid_api_key"));
  if (path == "/v1/me") {
    return json(out, 200,
                std::string(R"({"ok":true,"tenant_type":")") + (is_probe ? "probe" : "customer") + "\"}");
  }
  if (is_probe) return json(out, 403, error_body("forbidden"));
  json(out, 200, R"({"data":[{"id":"cogos-tier-b"}],"object":"list"})");
}

void FakeTarget::seal(const cli::ProbeRequest& request, const std::string& key, cli::ProbeAnswer& out) const {
  const std::string request_hash = crypto::sha256_hex(request.body);
  const std::string response_hash = crypto::sha256_hex(out.body);
  const std::string& path = attested_path.empty() ? request.target : attested_path;
  const std::string no_head(64, '0');
  out.headers.emplace_back("X-Cogos-Attestation", signer_.token({request.method, path, request_hash,
                                                                 response_hash, no_head, clock_.now()}));
  if (!key.empty()) out.headers.emplace_back("X-Cogos-Signature", response_signature(kProbeSecret, out.body));
}

}  // namespace cogos::test
