#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/bytes.hpp"
#include "base/time.hpp"

namespace cogos::keys {

/// What a checkout that was paid, or a sign-up without payment, entitles to: one key of a package, for a
/// tenant of its own.
struct Entitlement {
  std::string tenant_id;
  std::string package_id;
  /// Of the checkout session's id, which is a token that whoever has it may claim the key by; nothing where
  /// nothing was to be paid.
  std::optional<ByteArray<32>> session_sha256;
  std::optional<std::string> subscription_id;
  TimePoint granted_at;
  std::optional<std::string> key_id;  ///< Of the key, once it was made.
  bool suspended = false;             ///< Its subscription is not paid, or has ended.
};

/// A subscription as the payment provider reported it last.
struct Subscription {
  enum class State : std::uint8_t { good, unpaid, ended };

  std::string id;
  State state = State::good;
  std::int64_t decided_at = 0;  ///< When the provider found that out: Unix seconds, by its clock.

  bool operator==(const Subscription&) const = default;
};

/// What is known of a subscription when a report about it comes in.
struct KnownSubscription {
  std::optional<Subscription> subscription;  ///< Nothing before the first report.
  std::optional<std::string> tenant_id;      ///< Nothing before its checkout was reported.
  bool event_known = false;                  ///< The report has come before.
};

}  // namespace cogos::keys
