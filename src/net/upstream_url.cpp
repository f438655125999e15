#include "net/upstream_url.hpp"

#include <algorithm>
#include <boost/asio/ip/address.hpp>
#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>

namespace cogos::net {
namespace {

Error refused(std::string_view why) {
  return Error(ErrorCode::invalid_request, "the upstream's URL is not usable: " + std::string(why));
}

std::string to_lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; });
  return out;
}

std::string_view as_std(boost::core::string_view text) {
  return {text.data(), text.size()};
}

}  // namespace

std::string UpstreamUrl::origin() const {
  std::string name = tls ? "https://" : "http://";
  name += host_is_ipv6 ? "[" + host + "]" : host;
  return name + ":" + std::to_string(port);
}

bool keeps_secrets(const UpstreamUrl& url) {
  boost::system::error_code failure;
  const auto host = boost::asio::ip::make_address(url.host, failure);
  return url.tls || (!failure && host.is_loopback());
}

bool is_origin(std::string_view text) {
  const auto url = parse_upstream_url(text);
  return url && (url->tls ? "https://" : "http://") + url->authority == text;
}

Result<UpstreamUrl> parse_upstream_url(std::string_view url) {
  const auto parsed = boost::urls::parse_uri(boost::core::string_view(url.data(), url.size()));
  if (!parsed) return refused("it is no absolute URL such as https://host/path");
  UpstreamUrl out;
  if (parsed->scheme_id() == boost::urls::scheme::https) {
    out.tls = true;
  } else if (parsed->scheme_id() != boost::urls::scheme::http) {
    return refused("its scheme must be http or https");
  }
  if (parsed->has_userinfo()) return refused("it must not hold a user name or password");
  const auto kind = parsed->host_type();
  const std::string_view host = as_std(parsed->encoded_host());
  if (kind == boost::urls::host_type::none || host.empty()) return refused("it names no host");
  if (kind == boost::urls::host_type::ipvfuture || host.find('%') != std::string_view::npos) {
    return refused("its host is not a plain name or address");
  }
  out.host_is_ipv6 = kind == boost::urls::host_type::ipv6;
  out.host = to_lower(out.host_is_ipv6 ? host.substr(1, host.size() - 2) : host);
  const std::uint16_t usual = out.tls ? 443 : 80;
  out.port = parsed->has_port() && !parsed->port().empty() ? parsed->port_number() : usual;
  if (out.port == 0) return refused("its port must be between 1 and 65535");
  out.authority = out.host_is_ipv6 ? "[" + out.host + "]" : out.host;
  if (out.port != usual) out.authority += ":" + std::to_string(out.port);
  const std::string_view target = as_std(parsed->encoded_target());
  // Boost.URL 1.81 ends an authority after four decimal parts: 127.0.0.1.example has the path `.example` to
  // it.
  if (!target.empty() && target[0] != '/' && target[0] != '?')
    return refused("its host is not a plain name or address");
  if (!target.starts_with('/')) out.target = "/";
  out.target += target;
  return out;
}

}  // namespace cogos::net
