#include "http/router.hpp"

#include <stdexcept>

namespace cogos::http {
namespace {

/// Matches `path` segment by segment and collects the parameters.
bool matches(std::string_view pattern, std::string_view path,
             std::map<std::string, std::string, std::less<>>& parameters) {
  while (!pattern.empty() && !path.empty()) {
    const auto wanted = pattern.substr(0, pattern.find('/', 1));
    const auto found = path.substr(0, path.find('/', 1));
    if (wanted.starts_with("/{")) {
      if (found.size() < 2) return false;
      parameters.emplace(wanted.substr(2, wanted.size() - 3), found.substr(1));
    } else if (wanted != found) {
      return false;
    }
    pattern.remove_prefix(wanted.size());
    path.remove_prefix(found.size());
  }
  return pattern.empty() && path.empty();
}

/// HEAD is GET without the body, and every server must take it (RFC 9110 §9.1); front doors probe with it.
/// Below /admin only what is listed exists.
bool takes_head(const Route& route) {
  return route.method == "GET" && route.realm != Realm::admin;
}

bool belongs_to(const Route& route, Surface surface) {
  switch (surface) {
    case Surface::all:
      return true;
    case Surface::customers:
      return route.realm != Realm::admin;
    case Surface::operators:
      return route.realm == Realm::admin || route.on_every_door;
    case Surface::probes:
      break;
  }
  return route.on_every_door;
}

bool takes(const Route& route, std::string_view method) {
  return route.method == method || (method == "HEAD" && takes_head(route));
}

void append_methods(std::string& allow, const Route& route) {
  if (route.realm == Realm::admin) return;
  if (!allow.empty()) allow += ", ";
  allow += route.method;
  if (takes_head(route)) allow += ", HEAD";
}

}  // namespace

void Router::add(Route route) {
  const bool is_pattern = route.pattern.find('{') != std::string::npos;
  auto& same_place = is_pattern ? patterns_ : literal_[route.pattern];
  for (const Route& other : same_place) {
    if (other.pattern == route.pattern && other.method == route.method) {
      throw std::logic_error("route added twice: " + route.method + " " + route.pattern);
    }
  }
  same_place.push_back(std::move(route));
}

void Router::for_each(const std::function<void(const Route&)>& use) const {
  for (const auto& [path, routes] : literal_) {
    for (const Route& route : routes) use(route);
  }
  for (const Route& route : patterns_) use(route);
}

Router::Match Router::find(std::string_view method, std::string_view path, Surface surface) const {
  const auto known = literal_.find(path);
  if (known == literal_.end()) return find_pattern(method, path, surface);
  Match match;
  for (const Route& route : known->second) {
    if (!belongs_to(route, surface)) continue;
    if (takes(route, method)) {
      match.route = &route;
      return match;
    }
    append_methods(match.allow, route);
  }
  return match;
}

Router::Match Router::find_pattern(std::string_view method, std::string_view path, Surface surface) const {
  Match match;
  for (const Route& route : patterns_) {
    if (!belongs_to(route, surface)) continue;
    std::map<std::string, std::string, std::less<>> parameters;
    if (!matches(route.pattern, path, parameters)) continue;
    if (takes(route, method)) {
      match.route = &route;
      match.parameters = std::move(parameters);
      return match;
    }
    append_methods(match.allow, route);
  }
  return match;
}

}  // namespace cogos::http
