#pragma once

#include <boost/asio/ip/address.hpp>
#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "base/spent_signature.hpp"
#include "base/time.hpp"
#include "cogos/result.hpp"
#include "http/budget.hpp"
#include "http/cancellation.hpp"
#include "http/message.hpp"
#include "http/quota.hpp"
#include "http/repetition.hpp"

namespace cogos::keys {
struct KeyRecord;
}

namespace cogos::http {

struct Route;

/// By which of the server's listeners a request came.
enum class Door : std::uint8_t { front, operators };

/// Which routes exist for a request; to anything else it gets the answer of an unknown path.
enum class Surface : std::uint8_t { all, customers, operators, probes };

/// Whether the operators' routes are among them.
[[nodiscard]] constexpr bool has_operators(Surface surface) noexcept {
  return surface == Surface::all || surface == Surface::operators;
}

/// When an exchange passed each station of the pipeline, on the clock of Exchange::started. Those that it has
/// not passed are the clock's zero.
struct Stations {
  using Moment = std::chrono::steady_clock::time_point;
  Moment entered;   ///< All of the request is there.
  Moment admitted;  ///< Through the gates, or refused by one.
  Moment handled;   ///< The response's body is final.
  Moment recorded;  ///< The row, where one was due, is durable.
  Moment sealed;    ///< The receipts are made.
};

/// What the audit row says of a call beyond the exchange itself; the handler fills it in.
struct CallFacts {
  std::optional<std::string> model;
  std::uint64_t prompt_tokens = 0;
  std::uint64_t completion_tokens = 0;
  std::optional<std::uint64_t> latency_ms;  ///< Nothing: up to when the response was complete.
  bool schema_enforced = false;
  std::optional<std::string> live_search;
  // Sealed part only.
  std::optional<std::string> prompt_fingerprint;
  std::optional<std::string> schema_name;
  std::optional<std::string> search_query;
  std::optional<std::string> search_output_hash;
};

/// Where the caller stands with the limit of requests a minute that counts for it.
struct RateStanding {
  std::uint32_t per_minute = 0;
  std::uint32_t remaining = 0;             ///< Whole requests that would be granted at once now.
  std::chrono::nanoseconds full_after{0};  ///< Until all of them would be, if none is made meanwhile.
};

/// One request and its response on their way through the pipeline. Lives on one connection's strand.
struct Exchange {
  std::string id;                                 ///< `req-` and 24 hex digits; X-Cogos-Request-Id.
  TimePoint received_at;                          ///< When the request's head was complete.
  std::chrono::steady_clock::time_point started;  ///< The same moment, for latencies.
  boost::asio::ip::address peer;                  ///< The client, behind trusted proxies too.
  Door door = Door::front;
  Stations stations;

  Request request;
  /// Hex SHA-256 of the request body as far as it counts for receipts; set by the pipeline at the start.
  std::string request_sha256;
  /// What the transport found wrong with the request (too large, too slow, malformed, too many connections).
  /// It takes the handler's place; the gates still run, so that the answer carries what receipts it can.
  std::optional<Error> fault;
  Cancellation cancellation;
  Budget::Share place;   ///< Among the requests that are answered at once; given back with the answer.
  Budget::Share memory;  ///< For what is large of both bodies; given back once the answer is sent.

  /// Set by the pipeline before the first gate, as is the route.
  Surface surface = Surface::all;
  /// Null where no route of the surface has this path and method.
  const Route* route = nullptr;
  std::map<std::string, std::string, std::less<>> path_parameters;

  /// The key that the caller has proved to hold, admitted or not (a revoked key still gets signed answers).
  std::shared_ptr<const keys::KeyRecord> proven_key;
  /// The key that speaks: proven_key once the authenticate gate has let it in.
  std::shared_ptr<const keys::KeyRecord> principal;
  /// Of a signed request by an unsafe method: what its row carries, so that a restart does not forget it.
  std::optional<SpentSignature> spent_signature;

  /// Set by the gates that limit rates, the last one counts; nothing where none does.
  std::optional<RateStanding> rate;
  /// What the call holds of its tenant's quotas; null where the route is not metered.
  std::unique_ptr<QuotaHold> quota;

  /// Of a request that its client may send again; null for any other.
  std::unique_ptr<Repetition> repetition;
  /// Its answer is the one to a former request, which has a row already; set by the pipeline.
  bool repeated = false;

  CallFacts facts;
  /// The refusal or failure that `response` reports; nothing where the handler succeeded.
  std::optional<Error> error;
  Response response;
  /// Hex SHA-256 of the body's bytes as sent, and the moment when that was known: the `ts` of the
  /// attestation, and of the req_hash in the row's sealed part.
  std::string response_sha256;
  TimePoint completed_at;
  /// Hex row hash of the row that this response appended.
  std::optional<std::string> appended_row;
};

/// Whole milliseconds since the exchange began.
[[nodiscard]] inline std::uint64_t elapsed_ms(const Exchange& exchange, const Clock& clock) {
  const auto elapsed = clock.monotonic() - exchange.started;
  return static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::milliseconds>(elapsed).count());
}

}  // namespace cogos::http
