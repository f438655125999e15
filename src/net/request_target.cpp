#include "net/request_target.hpp"

#include <algorithm>
#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>

namespace cogos::net {
namespace {

bool is_visible_ascii(char c) noexcept {
  return c > 0x20 && c < 0x7f;
}

bool is_host_char(char c) noexcept {
  if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9')) return true;
  return std::string_view("-._~!$&'()*+;=:[]%").find(c) != std::string_view::npos;
}

Error bad_target(std::string_view why) {
  return Error(ErrorCode::malformed_http, "the request target is not valid: " + std::string(why));
}

Result<std::string> from_absolute_form(std::string_view target) {
  const auto url = boost::urls::parse_uri(boost::core::string_view(target.data(), target.size()));
  if (!url) return bad_target("it is neither a path nor an absolute URL");
  const auto scheme = url->scheme_id();
  if (scheme != boost::urls::scheme::http && scheme != boost::urls::scheme::https) {
    return bad_target("only http and https URLs are served");
  }
  if (!url->has_authority() || url->encoded_host().empty() || url->has_userinfo()) {
    return bad_target("its authority must be a host without user information");
  }
  const std::string_view sent(url->encoded_target().data(), url->encoded_target().size());
  // Boost.URL 1.81 ends an authority after four decimal parts: 127.0.0.1.example has the path `.example` to
  // it.
  if (!sent.empty() && sent[0] != '/' && sent[0] != '?') return bad_target("its host is not valid");
  std::string path;
  if (!sent.starts_with('/')) path = "/";
  path += sent;
  return path;
}

}  // namespace

Result<std::string> path_with_query(std::string_view method, std::string_view target) {
  if (!std::all_of(target.begin(), target.end(), is_visible_ascii)) {
    return bad_target("it may hold visible ASCII characters only; percent-encode others");
  }
  if (target.find('#') != std::string_view::npos) return bad_target("a fragment is not sent to a server");
  if (target.starts_with('/')) return std::string(target);
  if (target == "*" && method == "OPTIONS") return std::string(target);
  return from_absolute_form(target);
}

bool is_host_value(std::string_view value) noexcept {
  return std::all_of(value.begin(), value.end(), is_host_char);
}

}  // namespace cogos::net
