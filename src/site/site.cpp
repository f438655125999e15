#include "site/site.hpp"

#include "site/document.hpp"
#include "site/page_list.hpp"
#include "site/security_txt.hpp"

namespace cogos::site {
namespace {

Json navigation() {
  Json links = Json::array();
  for (const PageEntry& page : kPages) {
    links.push_back(
        {{"page", page.name}, {"path", page.path}, {"label", page.label}, {"at_head", page.at_head}});
  }
  return links;
}

Json to_json(const std::vector<SubProcessor>& all) {
  Json list = Json::array();
  for (const SubProcessor& one : all) {
    list.push_back({{"name", one.name}, {"purpose", one.purpose}, {"region", one.region}});
  }
  return list;
}

/// Where a contact leads: https as it is, anything else is an e-mail address.
std::string contact_link(const std::string& contact) {
  if (contact.empty() || contact.starts_with("https://")) return contact;
  return "mailto:" + contact;
}

/// What every page may name.
Json common(const SiteOptions& options, const Site::Ports& ports, const Assets& assets) {
  return {{"assets", assets.paths()},
          {"nav", navigation()},
          {"rev", ports.rev},
          {"payments", ports.sign_up != nullptr && ports.sign_up->sells_anything()},
          {"origin", options.origin.empty() ? "https://HOST" : options.origin},
          {"origin_is_known", !options.origin.empty()},
          {"operator",
           {{"name", options.operator_name},
            {"contact", options.contact},
            {"contact_link", contact_link(options.contact)},
            {"region", options.region}}},
          {"sub_processors", to_json(options.sub_processors)},
          {"has_sub_processors", !options.sub_processors.empty()},
          {"inference", {{"name", options.inference}, {"is_builtin", options.inference == "builtin"}}},
          {"live_search", {{"name", options.live_search}, {"is_on", options.live_search != "none"}}},
          {"security_contact", options.security_contact},
          {"has_security_txt", options.security_expires.has_value()},
          {"has_cosign_pub", !options.cosign_pub.empty()}};
}

/// Everything may be read; what needs credentials refuses crawlers by itself, and is not named here.
constexpr std::string_view kRobots = "User-agent: *\nDisallow: /v1/\n";

/// A place that is known and empty: 404 in words.
http::Route absent(std::string path, std::string why) {
  return {"GET", std::move(path), http::Realm::open, http::BodyKind::none,
          [why = std::move(why)](http::Exchange&) -> http::Task<Result<http::Response>> {
            co_return Error(ErrorCode::not_found, why);
          }};
}

}  // namespace

Site::Site(SiteOptions options, const Ports& ports)
    : options_(std::move(options)),
      renderer_(common(options_, ports, assets_)),
      front_("/", "index", renderer_, ports.keyring, options_.packages, ports.sign_up),
      service_levels_("/sla", "sla", renderer_, ports.keyring, options_.packages),
      cookbook_(renderer_),
      trust_(renderer_, options_, ports.trust),
      error_pages_(renderer_),
      health_page_(renderer_.render("health")) {
  if (ports.sign_up) sign_up_pages_.emplace(renderer_, *ports.sign_up);
  for (const PageEntry& page : kPages) {
    if (page.made != Made::at_start) continue;
    placed_.push_back({std::string(page.path), make_document(kHtml, renderer_.render(page.name))});
  }
  place_files();
}

void Site::place_files() {
  placed_.push_back({"/robots.txt", make_document(kText, std::string(kRobots))});
  if (options_.security_expires) {
    placed_.push_back({"/.well-known/security.txt", make_document(kText, security_txt(options_))});
  }
  if (!options_.cosign_pub.empty()) {
    placed_.push_back({"/cosign.pub", make_document(kText, options_.cosign_pub)});
  }
}

void Site::add_routes(http::Router& router) {
  assets_.add_routes(router);
  front_.add_routes(router);
  service_levels_.add_routes(router);
  cookbook_.add_routes(router);
  trust_.add_routes(router);
  if (sign_up_pages_) sign_up_pages_->add_routes(router);
  for (const Placed& one : placed_) router.add(serve(one.path, one.resource));
  if (options_.cosign_pub.empty()) {
    router.add(
        absent("/cosign.pub", "no key of signed images is published here: the operator has configured none"));
  }
  if (!options_.security_expires) {
    router.add(absent("/.well-known/security.txt",
                      "there is no security.txt here: the operator has configured no contact for it"));
  }
}

}  // namespace cogos::site
