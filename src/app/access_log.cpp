#include "app/access_log.hpp"

#include "http/router.hpp"
#include "keys/key_record.hpp"

namespace cogos::app {

void AccessLog::answered(const http::Exchange& exchange) {
  const auto elapsed =
      std::chrono::duration_cast<std::chrono::microseconds>(clock_.monotonic() - exchange.started);
  const std::string peer = exchange.peer.to_string();
  const std::string_view method = exchange.route ? std::string_view(exchange.route->method) : "-";
  const std::string_view route = exchange.route ? std::string_view(exchange.route->pattern) : "-";
  const std::string_view key = exchange.proven_key ? std::string_view(exchange.proven_key->key_id) : "-";
  const std::string_view type = exchange.error ? error_info(exchange.error->code()).type : "-";
  const auto level = exchange.response.status >= 500 ? Log::Level::warn : Log::Level::info;
  log_.append(level, "request",
              {{"request_id", exchange.id},
               {"method", method},
               {"route", route},
               {"status", std::int64_t{exchange.response.status}},
               {"error", type},
               {"detail", exchange.error ? std::string_view(exchange.error->detail()) : std::string_view{}},
               {"key_id", key},
               {"peer", peer},
               {"us", std::int64_t{elapsed.count()}}});
}

}  // namespace cogos::app
