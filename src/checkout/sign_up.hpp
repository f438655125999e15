#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/random.hpp"
#include "checkout/payment_reports.hpp"
#include "checkout/stripe_client.hpp"
#include "keys/dek.hpp"
#include "keys/mint.hpp"

namespace cogos::checkout {

struct SignUpOptions {
  std::string origin;                         ///< This site's.
  std::map<std::string, std::string> prices;  ///< Stripe's price for a package, by the package's id.
  std::uint32_t free_per_day = 0;             ///< Keys without payment within any 24 hours; 0: none at all.
  std::uint32_t free_per_peer_hour = 3;       ///< Of them for one client address within an hour.
};

/// Turns visitors into customers: with a checkout that was paid, or without where the operator allows it.
/// Each gets a tenant of its own and one key. Safe to use from any number of strands.
class SignUp {
 public:
  /// All must outlive the store's last callback. `stripe` is null where nothing is sold; then only free keys
  /// are to be had.
  struct Parts {
    keys::EntitlementStore& store;
    keys::Keyring& keyring;
    PaymentReports& reports;
    StripeClient* stripe;
    const keys::Dek& dek;
    const keys::OperatorRows& operator_rows;
    const Clock& clock;
    Random& random;
  };
  SignUp(SignUpOptions options, const Parts& parts) : options_(std::move(options)), parts_(parts) {}

  /// Whether the package can be bought now.
  [[nodiscard]] bool sells(std::string_view package_id) const;
  [[nodiscard]] bool sells_anything() const noexcept { return parts_.stripe != nullptr; }
  [[nodiscard]] bool gives_free_keys() const noexcept { return options_.free_per_day > 0; }
  [[nodiscard]] std::uint32_t free_per_peer_hour() const noexcept { return options_.free_per_peer_hour; }

  /// Begins a checkout and gives the address where the customer pays. Fails with validation_failed where the
  /// package is not for sale, and as StripeClient::create does.
  http::Task<Result<std::string>> begin(std::string package_id, http::Cancellation& cancellation);

  /// What becomes of a session that its customer comes back with.
  struct Claim {
    enum class Outcome : std::uint8_t {
      made,          ///< The key; nobody gets it again.
      waiting,       ///< Not paid yet.
      shown_before,  ///< The key was made before.
      suspended,     ///< Paid once, and not any more.
    };
    Outcome outcome = Outcome::waiting;
    std::optional<keys::MintedKey> key;
  };
  /// Fails with not_found where there is no such session, or none of ours. Of any number of claims at once
  /// one gets the key.
  http::Task<Result<Claim>> claim(const std::string& session_id, http::Cancellation& cancellation);

  /// A key of the default package without payment. Fails with rate_limit_exceeded once the day's are used up.
  http::Task<Result<keys::MintedKey>> free_key();

 private:
  using Found = Result<std::optional<keys::Entitlement>>;
  [[nodiscard]] std::string new_tenant() const;
  [[nodiscard]] Result<keys::MintedKey> mint(const keys::Entitlement& entitlement,
                                             std::optional<TimePoint> expires_at) const;
  http::Task<Found> find(const ByteArray<32>& session);
  /// The entitlement, after asking Stripe where it is not known here; nothing where it is not paid yet.
  http::Task<Found> find_or_ask(const std::string& session_id, http::Cancellation& cancellation);
  http::Task<Result<Claim>> make_key(const keys::Entitlement& entitlement);

  const SignUpOptions options_;
  const Parts parts_;
};

}  // namespace cogos::checkout
