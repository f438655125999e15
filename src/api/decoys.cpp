#include "api/decoys.hpp"

#include "api/decoy_bodies.hpp"
#include "http/await_callback.hpp"

namespace cogos::api {

Decoys::Decoys(keys::Quarantine& quarantine) : quarantine_(quarantine) {
  for (std::size_t i = 0; i < routes_.size(); ++i) {
    const auto pattern = static_cast<http::ScannerPattern>(i);
    // No path has this pattern: the log shows what was recognised, not what was asked for.
    routes_[i] = {"*", "decoy:" + std::string(http::to_text(pattern)), http::Realm::open,
                  http::BodyKind::none,
                  [this, pattern](http::Exchange& exchange) { return answer(pattern, exchange); }};
  }
}

http::Task<Result<http::Response>> Decoys::answer(http::ScannerPattern pattern,
                                                  const http::Exchange& exchange) const {
  // Whoever can see the answer can see, from then on and over any restart, that the keys are out of use.
  auto start = [this](std::function<void(bool)> done) { quarantine_.when_settled(std::move(done)); };
  http::Task<bool> settling = http::await_callback<bool>(std::move(start));
  (void)co_await std::move(settling);
  const DecoyBody decoy = decoy_body(pattern, http::normalized_path(exchange.request.path()));
  http::Response response;
  response.headers.set("Content-Type", std::string(decoy.content_type));
  response.body = decoy.body;
  co_return response;
}

}  // namespace cogos::api
