#include "app/own_door.hpp"

#include "cli/admin_call.hpp"
#include "http/networks.hpp"
#include "net/server.hpp"

namespace cogos::app {
namespace {

/// The listener's address as one on this machine; nothing where it is bound elsewhere.
std::optional<std::string> loopback_authority(const std::string& listen) {
  const auto endpoint = net::parse_endpoint(listen);
  if (!endpoint || endpoint->port() == 0) return std::nullopt;
  auto address = endpoint->address();
  if (address.is_unspecified()) {
    address = address.is_v4() ? boost::asio::ip::address(boost::asio::ip::address_v4::loopback())
                              : boost::asio::ip::address(boost::asio::ip::address_v6::loopback());
  }
  if (!address.is_loopback()) return std::nullopt;
  const std::string host = address.is_v6() ? "[" + address.to_string() + "]" : address.to_string();
  return host + ":" + std::to_string(endpoint->port());
}

bool trusts_loopback(const Settings& settings) {
  const auto trusted = http::Networks::parse(settings.ingress.trusted_proxies);
  return trusted && trusted->contains(boost::asio::ip::address_v4::loopback());
}

}  // namespace

Result<cli::OwnDoor> own_door(const Settings& settings) {
  for (const std::string* listen : {&settings.server.listen, &settings.admin.listen}) {
    if (listen->empty()) continue;
    if (const auto authority = loopback_authority(*listen))
      return cli::OwnDoor{"https://" + *authority, false};
  }
  if (!settings.ingress.plaintext_listen.empty() && trusts_loopback(settings)) {
    const auto authority = loopback_authority(settings.ingress.plaintext_listen);
    if (authority) return cli::OwnDoor{"http://" + *authority, true};
  }
  return Error(
      ErrorCode::unreadable_input,
      "no listener can be asked over loopback: bind server.listen or admin.listen to all addresses or to "
      "127.0.0.1, or list 127.0.0.1 in ingress.trusted_proxies");
}

Result<cli::OwnDoor> find_own_door(
    const cli::OwnServer& own,
    const std::function<std::optional<std::string>(const std::string&)>& environment) {
  Settings settings;
  if (!own.config_file.empty()) {
    auto loaded = load_settings(own.config_file);
    if (!loaded) return loaded.error();
    settings = std::move(*loaded);
  }
  if (const auto listen = own.listen ? own.listen : environment("COGOS_LISTEN"))
    settings.server.listen = *listen;
  const bool silent = settings.server.listen.empty() && settings.admin.listen.empty() &&
                      settings.ingress.plaintext_listen.empty();
  if (silent) return cli::OwnDoor{std::string(cli::kDefaultServer), false};
  return own_door(settings);
}

}  // namespace cogos::app
