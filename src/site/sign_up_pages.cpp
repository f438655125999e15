#include "site/sign_up_pages.hpp"

#include <array>

#include "http/query.hpp"
#include "site/document.hpp"

namespace cogos::site {
namespace {

using Outcome = checkout::SignUp::Claim::Outcome;

/// Who waits for a payment looks again and again; who guesses sessions does not get far.
constexpr std::uint32_t kLooksAnHour = 120;
constexpr std::size_t kMaxForm = 4U << 10U;

/// Whether a person will see the answer: not what a browser loads ahead, or another page loads into itself.
bool is_for_a_person(const http::Headers& headers) {
  const auto destination = headers.find("Sec-Fetch-Dest");
  const bool ahead = headers.joined("Sec-Purpose").find("prefetch") != std::string::npos ||
                     http::iequals(headers.joined("Purpose"), "prefetch");
  return !ahead && (!destination || *destination == "document");
}

http::Response html(std::string body) {
  http::Response response;
  response.headers.set("Content-Type", std::string(kHtml));
  response.headers.set("Cache-Control", "no-store");
  response.body = std::move(body);
  return response;
}

/// The page with each secret in its mark's place, put together in one piece of memory that is wiped in the
/// end: a renderer leaves copies of what it is given wherever its strings grow.
struct Secrets {
  struct One {
    std::string mark;
    std::string_view secret;
  };

  void put_into(http::Response& response, std::string_view page) const {
    std::size_t room = page.size();
    for (const One& one : all) room += one.secret.size();
    response.secret = true;
    response.body.reserve(room);
    while (!page.empty()) {
      std::size_t next = page.size();
      const One* first = nullptr;
      for (const One& one : all) {
        const auto found = page.find(one.mark);
        if (found >= next) continue;
        next = found;
        first = &one;
      }
      response.body.append(page.substr(0, next));
      page.remove_prefix(next);
      if (!first) continue;
      response.body.append(first->secret);
      page.remove_prefix(first->mark.size());
    }
  }

  std::vector<One> all;
};

}  // namespace

SignUpPages::SignUpPages(const Renderer& renderer, checkout::SignUp& sign_up)
    : renderer_(renderer), sign_up_(sign_up) {
  static_cast<void>(state_page(Outcome::waiting));
  static_cast<void>(key_page(keys::MintedKey{}));
}

void SignUpPages::add_routes(http::Router& router) {
  if (sign_up_.sells_anything()) {
    http::Route success{"GET", "/success", http::Realm::open, http::BodyKind::none,
                        [this](http::Exchange& exchange) { return this->success(exchange); }};
    success.per_peer_hour = kLooksAnHour;
    success.for_people = true;
    router.add(std::move(success));
  }
  if (!sign_up_.gives_free_keys()) return;
  http::Route free{"POST", "/signup/free", http::Realm::open, http::BodyKind::form,
                   [this](http::Exchange& exchange) { return this->free(exchange); }};
  free.max_body_bytes = kMaxForm;
  free.per_peer_hour = sign_up_.free_per_peer_hour();
  free.for_people = true;
  router.add(std::move(free));
}

http::Task<Result<http::Response>> SignUpPages::success(http::Exchange& exchange) {
  const auto query = http::Query::parse(exchange.request.query());
  if (!query) co_return query.error();
  // A look at the headers alone must not use up what is shown once.
  if (exchange.request.method == "HEAD") co_return html({});
  if (!is_for_a_person(exchange.request.headers)) {
    co_return Error(ErrorCode::forbidden, "this page shows a key once; open it in a window of its own");
  }
  const std::string session = query->text("session_id").value_or("");
  const auto claim = co_await sign_up_.claim(session, exchange.cancellation);
  if (!claim) co_return claim.error();
  if (claim->key) co_return key_page(*claim->key);
  co_return state_page(claim->outcome);
}

http::Task<Result<http::Response>> SignUpPages::free(http::Exchange& exchange) {
  const auto form = http::Query::parse_form(exchange.request.body);
  if (!form) co_return form.error();
  const auto key = co_await sign_up_.free_key();
  if (!key) co_return key.error();
  co_return key_page(*key);
}

http::Response SignUpPages::state_page(Outcome outcome) const {
  return html(renderer_.render("checkout", {{"waiting", outcome == Outcome::waiting},
                                            {"shown_before", outcome == Outcome::shown_before},
                                            {"suspended", outcome == Outcome::suspended}}));
}

http::Response SignUpPages::key_page(const keys::MintedKey& key) const {
  Secrets secrets;
  Json data{{"tenant", key.record.tenant_id},
            {"key_id", key.record.key_id},
            {"package", key.record.package_id},
            {"expires_at", key.record.expires_at ? Json(to_rfc3339(*key.record.expires_at)) : Json(nullptr)}};
  const std::array<std::pair<const char*, std::string_view>, 3> shown{
      {{"api_key", key.api_key.reveal()},
       {"hmac_secret", as_text(key.hmac_secret.reveal())},
       {"sealing_pem", key.sealing_private_pem.reveal()}}};
  for (const auto& [name, secret] : shown) {
    // Neither the template nor any other value of this page has brackets.
    std::string mark = "[[" + std::string(name) + "]]";
    data[name] = mark;
    secrets.all.push_back({std::move(mark), secret});
  }
  http::Response response = html({});
  secrets.put_into(response, renderer_.render("new-key", data));
  return response;
}

}  // namespace cogos::site
