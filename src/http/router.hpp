#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "http/exchange.hpp"
#include "http/task.hpp"

namespace cogos::http {

using Handler = std::function<Task<Result<Response>>(Exchange&)>;

/// Whose route it is: decides which gate asks for which credentials.
enum class Realm : std::uint8_t { open, customer, admin };

/// Whose keys a customer's route is for.
enum class Callers : std::uint8_t { customers, probes, both };

/// What a route takes as its body. A form (application/x-www-form-urlencoded) is one of our own pages'; raw
/// bytes are for the handler to judge, whatever they are declared to be.
enum class BodyKind : std::uint8_t { none, optional_json, json, form, raw };

struct Route {
  std::string method;
  std::string pattern;  ///< Literal segments and `{name}` for one segment: `/admin/keys/{id}/revoke`.
  Realm realm = Realm::open;
  BodyKind body = BodyKind::none;
  Handler handler;
  bool on_every_door = false;  ///< A probe for whoever watches the process: belongs to every surface.
  bool metered = false;        ///< Counts against the quotas of the tenant's package.
  bool for_people = false;     ///< A browser is shown its failures as pages.
  /// Of a body that is taken; 0: as many as any request may have.
  std::size_t max_body_bytes = 0;
  /// Requests of one client address, besides the limit on all; 0: no limit.
  std::uint32_t per_peer_hour = 0;
  Callers callers = Callers::customers;
};

/// The routes, fixed before the first request; safe to read from any thread afterwards.
class Router {
 public:
  /// Throws std::logic_error where method and pattern exist already.
  void add(Route route);

  struct Match {
    const Route* route = nullptr;
    std::map<std::string, std::string, std::less<>> parameters;
    /// Without a route: the methods that the path has, comma-separated; empty if unknown. Those of operators'
    /// routes are not told: below /admin only what is listed exists.
    std::string allow;
  };
  /// Among the routes of the surface. A literal segment wins over a parameter. Paths match as sent, byte for
  /// byte.
  [[nodiscard]] Match find(std::string_view method, std::string_view path,
                           Surface surface = Surface::all) const;
  void for_each(const std::function<void(const Route&)>& use) const;

 private:
  std::map<std::string, std::vector<Route>, std::less<>> literal_;  // by path
  std::vector<Route> patterns_;
  [[nodiscard]] Match find_pattern(std::string_view method, std::string_view path, Surface surface) const;
};

}  // namespace cogos::http
