#include "stages/key_use_gate.hpp"

#include "http/await_callback.hpp"

namespace cogos::stages {
namespace {

http::Task<Result<http::Response>> refuse(keys::Quarantine& quarantine) {
  auto start = [&quarantine](std::function<void(bool)> done) { quarantine.when_settled(std::move(done)); };
  http::Task<bool> settling = http::await_callback<bool>(std::move(start));
  (void)co_await std::move(settling);
  co_return keys::refusal(keys::Standing::quarantined);
}

}  // namespace

KeyUseGate::KeyUseGate(Defence& defence, keys::Quarantine& quarantine)
    : defence_(defence),
      // Open: nobody speaks for a customer here, so no later gate has anything to count or to ask for.
      refusal_{"*", "quarantined", http::Realm::open, http::BodyKind::none,
               [&quarantine](http::Exchange&) { return refuse(quarantine); }} {}

Result<void> KeyUseGate::pass(http::Exchange& exchange) {
  if (!exchange.principal || !defence_.used(exchange.peer, exchange.principal)) return {};
  exchange.principal.reset();
  // A path that is none, and a faulty request, have answers of their own.
  if (exchange.route && !exchange.fault) exchange.route = &refusal_;
  return {};
}

}  // namespace cogos::stages
