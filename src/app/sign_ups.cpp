#include "app/sign_ups.hpp"

#include <algorithm>
#include <stdexcept>

#include "app/environment.hpp"
#include "app/refusals.hpp"
#include "net/http_client.hpp"
#include "net/upstream_url.hpp"
#include "proof/wire.hpp"

namespace cogos::app {
namespace {

using Prices = std::map<std::string, std::string>;

bool is_sold(const Settings& settings) {
  return !settings.stripe.secret_key_env.empty();
}

Result<void> check_complete(const Settings& settings) {
  const auto& stripe = settings.stripe;
  const bool any =
      !stripe.secret_key_env.empty() || !stripe.webhook_secret_env.empty() || !stripe.prices.empty();
  std::string missing;
  const auto need = [&missing](bool there, const char* name) {
    if (!there) missing.append(missing.empty() ? "" : ", ").append(name);
  };
  if (any) {
    need(!stripe.secret_key_env.empty(), "stripe.secret_key_env");
    need(!stripe.webhook_secret_env.empty(), "stripe.webhook_secret_env");
    need(!stripe.prices.empty(), "stripe.prices");
  }
  if (any || settings.signup.free) need(!settings.server.origin.empty(), "server.origin");
  if (missing.empty()) return {};
  return invalid("sign-up is configured by half: set " + missing +
                 " too, or nothing of [stripe] and no signup.free");
}

/// Scheme, host and port as a browser spells them, and nothing else.
Result<void> check_origin(const char* name, const std::string& origin) {
  const auto url = net::parse_upstream_url(origin);
  if (url && net::keeps_secrets(*url) && net::is_origin(origin)) return {};
  return invalid(
      std::string(name) +
      " must be an origin such as https://api.example.com: in lower case, without a path or a slash at its "
      "end, and without the port where it is 443");
}

Result<Prices> read_prices(const std::vector<std::string>& lines) {
  Prices prices;
  for (const std::string& line : lines) {
    const auto equals = line.find('=');
    const std::string package = line.substr(0, equals);
    const std::string price = equals == std::string::npos ? "" : line.substr(equals + 1);
    if (!proof::is_name(package) || !checkout::is_stripe_id(price)) {
      return invalid("stripe.prices must hold `package=price`, such as \"team=price_1ABC\"");
    }
    if (!prices.emplace(package, price).second) return invalid("stripe.prices names " + package + " twice");
  }
  return prices;
}

crypto::SecretText take_visible(const std::string& setting, const std::string& variable) {
  crypto::SecretText secret = take_required(setting, variable);
  const auto text = secret.reveal();
  if (std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < '\x7f'; })) return secret;
  throw std::runtime_error(variable + " holds a byte that is not visible ASCII");
}

}  // namespace

Result<void> check_sign_ups(const Settings& settings) {
  if (const auto complete = check_complete(settings); !complete) return complete.error();
  // Whether anything is sold or not: every answer's Content-Security-Policy has it.
  if (const auto origin = check_origin("stripe.checkout_origin", settings.stripe.checkout_origin); !origin) {
    return origin.error();
  }
  if (!is_sold(settings)) return {};
  if (const auto api = check_origin("stripe.api_url", settings.stripe.api_url); !api) return api.error();
  if (const auto prices = read_prices(settings.stripe.prices); !prices) return prices.error();
  return {};
}

SignUps::SignUps(const Settings& settings, const SignUpParts& parts) {
  if (const auto sound = check_sign_ups(settings); !sound) throw std::runtime_error(sound.error().message());
  if (!is_sold(settings) && !settings.signup.free) return;
  reports_ = std::make_unique<checkout::PaymentReports>(
      checkout::PaymentReports::Parts{parts.store, parts.keyring, parts.operator_rows, parts.clock});
  if (is_sold(settings)) sell(settings, parts);
  checkout::SignUpOptions options;
  options.origin = settings.server.origin;
  options.prices = read_prices(settings.stripe.prices).value();
  if (settings.signup.free) options.free_per_day = settings.signup.free_per_day;
  options.free_per_peer_hour = settings.signup.free_per_peer_hour;
  sign_up_ = std::make_unique<checkout::SignUp>(
      std::move(options), checkout::SignUp::Parts{parts.store, parts.keyring, *reports_, stripe_.get(),
                                                  parts.dek, parts.operator_rows, parts.clock, parts.random});
  if (!is_sold(settings)) return;
  const auto& stripe = settings.stripe;
  checkout::CheckoutApiOptions api{take_visible("stripe.webhook_secret_env", stripe.webhook_secret_env),
                                   settings.signup.per_peer_hour};
  api_ = std::make_unique<checkout::CheckoutApi>(std::move(api), *sign_up_, *reports_, parts.clock);
}

void SignUps::sell(const Settings& settings, const SignUpParts& parts) {
  const auto& stripe = settings.stripe;
  checkout::StripeOptions options;
  options.api_url = stripe.api_url;
  options.checkout_origin = stripe.checkout_origin;
  options.secret_key = take_visible("stripe.secret_key_env", stripe.secret_key_env);
  client_ = std::make_unique<net::HttpClient>(parts.clock);
  stripe_ = std::make_unique<checkout::StripeClient>(std::move(options), *client_, parts.random);
}

SignUps::~SignUps() = default;

void SignUps::add_routes(http::Router& router) {
  if (api_) api_->add_routes(router);
}

}  // namespace cogos::app
