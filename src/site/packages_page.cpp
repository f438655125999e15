#include "site/packages_page.hpp"

#include "site/document.hpp"
#include "site/grouped.hpp"

namespace cogos::site {
namespace {

std::string limit(std::uint64_t number) {
  return number == 0 ? "no limit" : grouped(number);
}

/// A price that is not set means a gift for the package that everybody starts with, a contract for any other.
std::string price(const keys::Package& package) {
  if (package.monthly_usd > 0) return "$" + grouped(package.monthly_usd) + " a month";
  return package.is_default ? "Free" : "By agreement";
}

Json to_json(const keys::Package& package) {
  return {{"id", package.id},
          {"name", package.display_name},
          {"about", package.description},
          {"price", price(package)},
          {"requests_a_minute", limit(package.rpm_limit)},
          {"requests_a_month", limit(package.monthly_request_quota)},
          {"requests_a_day", limit(package.daily_request_cap)},
          {"tokens_a_day", limit(package.daily_token_cap)},
          {"tokens_a_prompt", limit(package.max_prompt_tokens_per_call)},
          {"models", package.allowed_model_tiers}};
}

}  // namespace

PackagesPage::PackagesPage(std::string path, std::string name, const Renderer& renderer,
                           const keys::Keyring& keyring, std::vector<std::string> packages,
                           const checkout::SignUp* sign_up)
    : path_(std::move(path)),
      name_(std::move(name)),
      renderer_(renderer),
      keyring_(keyring),
      sign_up_(sign_up),
      ids_(std::move(packages)) {
  static_cast<void>(current());
}

void PackagesPage::add_routes(http::Router& router) {
  router.add({"GET", path_, http::Realm::open, http::BodyKind::none,
              [this](http::Exchange& exchange) -> http::Task<Result<http::Response>> {
                const auto page = current();
                co_return page->answer(exchange.request);
              }});
}

std::vector<keys::Package> PackagesPage::shown() const {
  const auto snapshot = keyring_.snapshot();
  std::vector<keys::Package> found;
  for (const std::string& id : ids_) {
    const keys::Package* package = snapshot->package(id);
    if (package && package->active) found.push_back(*package);
  }
  return found;
}

std::shared_ptr<const http::Resource> PackagesPage::current() {
  auto packages = shown();
  const std::lock_guard lock(mutex_);
  if (!page_ || packages != rendered_) {
    Json list = Json::array();
    for (const keys::Package& package : packages) {
      list.push_back(to_json(package));
      list.back()["for_sale"] = sign_up_ && sign_up_->sells(package.id);
      list.back()["for_free"] = sign_up_ && sign_up_->gives_free_keys() && package.is_default;
    }
    const Json data{{"has_packages", !list.empty()}, {"packages", list}};
    page_ = std::make_shared<const http::Resource>(make_document(kHtml, renderer_.render(name_, data)));
    rendered_ = std::move(packages);
  }
  return page_;
}

}  // namespace cogos::site
