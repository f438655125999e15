#include "checkout/sign_up.hpp"

#include <chrono>

#include "base/encoding.hpp"
#include "http/await_callback.hpp"

namespace cogos::checkout {
namespace {

using Changed = Result<proof::ChainHead>;
using Outcome = SignUp::Claim::Outcome;

/// A free key ends like one that an operator issues without a word about it.
constexpr std::chrono::days kFreeLifetime{365};

Error no_such_session() {
  return {ErrorCode::not_found,
          "no checkout here has this session; open the link that the checkout ended with"};
}

Result<SignUp::Claim> without_key(Outcome outcome) {
  SignUp::Claim claim;
  claim.outcome = outcome;
  return claim;
}

/// Why an entitlement gives no key.
Outcome reason(const keys::Entitlement& entitlement) {
  return entitlement.key_id ? Outcome::shown_before : Outcome::suspended;
}

keys::OperatorRows::Detail issued(const keys::KeyRecord& key, std::string_view by) {
  return {{"event", "key.issued"},
          {"by", std::string(by)},
          {"key_id", key.key_id},
          {"tenant_id", key.tenant_id},
          {"app_id", key.app_id},
          {"package_id", key.package_id},
          {"scheme", std::string(keys::to_text(key.scheme))}};
}

}  // namespace

bool SignUp::sells(std::string_view package_id) const {
  if (!options_.prices.contains(std::string(package_id))) return false;
  const auto snapshot = parts_.keyring.snapshot();
  const keys::Package* package = snapshot->package(package_id);
  return package != nullptr && package->active;
}

std::string SignUp::new_tenant() const {
  ByteArray<16> bytes;
  parts_.random.fill(bytes);
  return std::string(kTenantPrefix) + base::to_hex(bytes);
}

http::Task<Result<std::string>> SignUp::begin(std::string package_id, http::Cancellation& cancellation) {
  if (!sells(package_id)) {
    co_return Error(ErrorCode::validation_failed, "package names none that is for sale here")
        .with_param("package");
  }
  CheckoutOrder order;
  order.tenant_id = new_tenant();
  order.price_id = options_.prices.find(package_id)->second;
  order.package_id = std::move(package_id);
  order.success_url = options_.origin + "/success?session_id={CHECKOUT_SESSION_ID}";
  order.cancel_url = options_.origin + "/";
  const Result<CheckoutSession> session = co_await parts_.stripe->create(order, cancellation);
  if (!session) co_return session.error();
  co_return session->url;
}

http::Task<SignUp::Found> SignUp::find(const ByteArray<32>& session) {
  auto look = [this, &session](std::function<void(Found)> done) {
    parts_.store.find(session, std::move(done));
  };
  http::Task<Found> finding = http::await_callback<Found>(std::move(look));
  co_return co_await std::move(finding);
}

http::Task<SignUp::Found> SignUp::find_or_ask(const std::string& session_id,
                                              http::Cancellation& cancellation) {
  const ByteArray<32> hash = session_hash(session_id);
  Found known = co_await find(hash);
  if (!known || *known) co_return known;
  // Its report has not come, or never will: the provider itself is the authority.
  const auto session = co_await parts_.stripe->find(session_id, cancellation);
  if (!session) co_return session.error();
  if (!*session) co_return no_such_session();
  if (!(*session)->paid) co_return std::optional<keys::Entitlement>();
  const Result<void> recorded = co_await parts_.reports.record_paid(**session);
  if (!recorded) co_return recorded.error();
  co_return co_await find(hash);
}

http::Task<Result<SignUp::Claim>> SignUp::claim(const std::string& session_id,
                                                http::Cancellation& cancellation) {
  if (!is_session_id(session_id)) co_return no_such_session();
  const Found found = co_await find_or_ask(session_id, cancellation);
  if (!found) co_return found.error();
  if (!*found) co_return without_key(Outcome::waiting);
  if ((*found)->key_id || (*found)->suspended) co_return without_key(reason(**found));
  // Who has left would not see the key, and it is shown once.
  if (cancellation.requested()) {
    co_return Error(ErrorCode::client_closed, "the client left before its key was made");
  }
  co_return co_await make_key(**found);
}

Result<keys::MintedKey> SignUp::mint(const keys::Entitlement& entitlement,
                                     std::optional<TimePoint> expires_at) const {
  keys::KeyOrder order;
  order.tenant_id = entitlement.tenant_id;
  order.package_id = entitlement.package_id;
  order.label = "sign-up";
  order.expires_at = expires_at;
  return keys::mint(order, parts_.clock.now(), parts_.dek, parts_.random);
}

http::Task<Result<SignUp::Claim>> SignUp::make_key(const keys::Entitlement& entitlement) {
  // As long as the subscription: what is paid for does not end by itself.
  Result<keys::MintedKey> minted = mint(entitlement, std::nullopt);
  if (!minted) co_return minted.error();
  const keys::KeyRecord& record = minted->record;
  proof::RowDraft row = parts_.operator_rows.event("key.issued", issued(record, "checkout"));
  auto start = [this, &entitlement, &record,
                row = std::move(row)](keys::EntitlementStore::Changed done) mutable {
    // Put into force on the store's thread: a suspension that comes next finds it.
    auto put = [this, &record, done = std::move(done)](Changed head) {
      if (head) parts_.keyring.put(record);
      done(std::move(head));
    };
    parts_.store.claim(*entitlement.session_sha256, record, std::move(row), std::move(put));
  };
  http::Task<Changed> claiming = http::await_callback<Changed>(std::move(start));
  const Changed head = co_await std::move(claiming);
  if (head) {
    Claim claim;
    claim.outcome = Outcome::made;
    claim.key.emplace(std::move(*minted));
    co_return claim;
  }
  if (head.error().code() != ErrorCode::conflict) co_return head.error();
  const Found now = co_await find(*entitlement.session_sha256);
  if (!now) co_return now.error();
  if (!*now) co_return no_such_session();
  co_return without_key(reason(**now));
}

http::Task<Result<keys::MintedKey>> SignUp::free_key() {
  const TimePoint now = parts_.clock.now();
  keys::Entitlement entitlement;
  entitlement.tenant_id = new_tenant();
  entitlement.package_id = parts_.keyring.snapshot()->default_package().id;
  entitlement.granted_at = now;
  Result<keys::MintedKey> minted = mint(entitlement, now + kFreeLifetime);
  if (!minted) co_return minted.error();
  const keys::KeyRecord& record = minted->record;
  entitlement.key_id = record.key_id;
  proof::RowDraft row = parts_.operator_rows.event("key.issued", issued(record, "free sign-up"));
  auto start = [this, &entitlement, &record,
                row = std::move(row)](keys::EntitlementStore::Changed done) mutable {
    auto put = [this, &record, done = std::move(done)](Changed head) {
      if (head) parts_.keyring.put(record);
      done(std::move(head));
    };
    parts_.store.grant_free(entitlement, record, options_.free_per_day, std::move(row), std::move(put));
  };
  http::Task<Changed> granting = http::await_callback<Changed>(std::move(start));
  const Changed head = co_await std::move(granting);
  if (!head) co_return head.error();
  co_return minted;
}

}  // namespace cogos::checkout
