// Entitlements as the store keeps them: one key for each, subscriptions in order, and across restarts.
#include <thread>

#include "store/blocking_store.hpp"
#include "store/held_writer.hpp"

namespace cogos::store {
namespace {

using Head = Result<proof::ChainHead>;
using Standing = keys::Subscription::State;

class Entitlements : public BlockingStoreTest {
 protected:
  template <class T, class Start>
  static T wait_for(Start start) {
    std::promise<T> done;
    start([&done](T value) { done.set_value(std::move(value)); });
    return done.get_future().get();
  }
  proof::RowDraft row() { return draft("_default", "_operator"); }
  keys::KeyRecord mint(const std::string& tenant = "signup-1") {
    keys::KeyOrder order;
    order.tenant_id = tenant;
    order.package_id = "team";
    return keys::mint(order, clock.now(), dek, random)->record;
  }
  static ByteArray<32> session(std::uint8_t number) {
    ByteArray<32> hash{};
    hash[0] = number;
    return hash;
  }
  keys::EntitlementStore::Grant paid(std::uint8_t number, std::int64_t good_since = 100) const {
    const std::string n = std::to_string(number);
    keys::Entitlement entitlement{"signup-" + n, "team", session(number), "sub_" + n, clock.now(), {}, false};
    return {std::move(entitlement), good_since, "evt_" + n};
  }
  Head grant(const keys::EntitlementStore::Grant& grant) {
    return wait_for<Head>([&](auto done) { store->entitlements().grant(grant, row(), done); });
  }
  std::optional<keys::Entitlement> find(std::uint8_t number) {
    using Found = Result<std::optional<keys::Entitlement>>;
    return wait_for<Found>([&](auto done) { store->entitlements().find(session(number), done); }).value();
  }
  Head claim(std::uint8_t number, const keys::KeyRecord& key) {
    return wait_for<Head>([&](auto done) { store->entitlements().claim(session(number), key, row(), done); });
  }
  Head claim(std::uint8_t number) { return claim(number, mint("signup-" + std::to_string(number))); }
  keys::KnownSubscription known(const std::string& id, const std::string& event = {}) {
    using Found = Result<keys::KnownSubscription>;
    return wait_for<Found>([&](auto done) { store->entitlements().find_subscription(id, event, done); })
        .value();
  }
  Head decide(const keys::EntitlementStore::Decision& decision, bool visible = true) {
    return wait_for<Head>([&](auto done) {
      store->entitlements().decide(decision, visible ? std::optional(row()) : std::nullopt, done);
    });
  }
  Head decide(const std::string& id, Standing state, std::int64_t at, const std::string& event) {
    return decide({known(id, event), {id, state, at}, event, clock.now()});
  }
  Head free_one(const std::string& tenant, std::uint32_t per_day) {
    const keys::KeyRecord key = mint(tenant);
    const keys::Entitlement entitlement{tenant, "free", {}, {}, clock.now(), key.key_id, false};
    return wait_for<Head>(
        [&](auto done) { store->entitlements().grant_free(entitlement, key, per_day, row(), done); });
  }
  std::uint64_t operator_rows() const {
    const auto head = store->audit_log().head(proof::kOperatorChain);
    return head ? head->seq : 0;
  }
  std::optional<TimePoint> suspended(const std::string& key_id) {
    const auto keys = store->keys().load_keys();
    const auto found =
        std::find_if(keys.begin(), keys.end(), [&](const auto& key) { return key.key_id == key_id; });
    return found->suspended_at;
  }

  keys::Dek dek = keys::Dek::from_hex(std::string(64, '7')).value();
};

TEST_F(Entitlements, AreFoundByTheHashOfTheirSessionAcrossARestart) {
  EXPECT_FALSE(find(1));
  ASSERT_TRUE(grant(paid(1)));
  reopen();
  const auto found = find(1);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->tenant_id, "signup-1");
  EXPECT_EQ(found->package_id, "team");
  EXPECT_EQ(found->subscription_id, "sub_1");
  EXPECT_EQ(found->granted_at, clock.now());
  EXPECT_FALSE(found->key_id);
  EXPECT_FALSE(found->suspended);
  EXPECT_FALSE(find(2));
  EXPECT_EQ(operator_rows(), 1U);
}

TEST_F(Entitlements, AreGrantedOnceHoweverOftenTheyAreReported) {
  ASSERT_TRUE(grant(paid(1)));
  EXPECT_EQ(grant(paid(1)).error().code(), ErrorCode::conflict);
  auto same_event = paid(2);
  same_event.event_id = "evt_1";
  EXPECT_EQ(grant(same_event).error().code(), ErrorCode::conflict);
  EXPECT_FALSE(find(2));
  auto without_event = paid(1);
  without_event.event_id.reset();
  EXPECT_EQ(grant(without_event).error().code(), ErrorCode::conflict);
  EXPECT_EQ(operator_rows(), 1U) << "what is refused leaves no row";
}

TEST_F(Entitlements, GiveOneKeyHoweverManyClaimItAtOnce) {
  ASSERT_TRUE(grant(paid(1)));
  std::atomic<int> made{0};
  std::vector<std::thread> claimers;
  for (int i = 0; i < 8; ++i) {
    claimers.emplace_back([&] {
      const keys::KeyRecord key = mint();
      std::promise<Head> done;
      store->entitlements().claim(session(1), key, row(),
                                  [&done](Head head) { done.set_value(std::move(head)); });
      const Head head = done.get_future().get();
      if (head) ++made;
      EXPECT_TRUE(head || head.error().code() == ErrorCode::conflict);
    });
  }
  for (auto& claimer : claimers) claimer.join();
  EXPECT_EQ(made, 1);
  const auto keys = store->keys().load_keys();
  ASSERT_EQ(keys.size(), 1U);
  EXPECT_EQ(find(1)->key_id, keys.front().key_id);
  reopen();
  EXPECT_EQ(claim(1).error().code(), ErrorCode::conflict) << "a restart does not give it again";
  EXPECT_EQ(claim(2).error().code(), ErrorCode::conflict) << "nothing was paid for here";
  EXPECT_EQ(store->keys().load_keys().size(), 1U);
}

TEST_F(Entitlements, OfAnUnpaidSubscriptionGiveNoKey) {
  ASSERT_TRUE(grant(paid(1)));
  ASSERT_TRUE(decide("sub_1", Standing::unpaid, 101, "evt_2"));
  EXPECT_TRUE(find(1)->suspended);
  EXPECT_EQ(claim(1).error().code(), ErrorCode::conflict);
  ASSERT_TRUE(decide("sub_1", Standing::good, 102, "evt_3"));
  EXPECT_FALSE(find(1)->suspended);
  EXPECT_TRUE(claim(1));
}

TEST_F(Entitlements, SuspendAllKeysOfTheirTenantAndGiveThemBack) {
  ASSERT_TRUE(grant(paid(1)));
  ASSERT_TRUE(grant(paid(2)));
  const keys::KeyRecord key = mint("signup-1");
  const keys::KeyRecord other = mint("signup-2");
  const keys::KeyRecord second = mint("signup-1");
  ASSERT_TRUE(claim(1, key));
  ASSERT_TRUE(claim(2, other));
  ASSERT_TRUE(wait_for<Head>([&](auto done) { store->keys().insert(second, row(), done); }));
  clock.advance(std::chrono::seconds{5});
  const TimePoint since = clock.now();
  ASSERT_TRUE(decide("sub_1", Standing::unpaid, 101, "evt_3"));
  clock.advance(std::chrono::seconds{5});
  ASSERT_TRUE(decide("sub_1", Standing::ended, 102, "evt_4"));
  reopen();
  EXPECT_EQ(suspended(key.key_id), since) << "and not since the second reason";
  EXPECT_EQ(suspended(second.key_id), since);
  EXPECT_FALSE(suspended(other.key_id));
  ASSERT_TRUE(decide("sub_1", Standing::good, 103, "evt_5"));
  EXPECT_FALSE(suspended(key.key_id));
  EXPECT_FALSE(suspended(second.key_id));
}

TEST_F(Entitlements, AreDecidedFromWhatWasLookedAtOrNotAtAll) {
  ASSERT_TRUE(grant(paid(1)));
  const auto before = known("sub_1");
  ASSERT_TRUE(decide("sub_1", Standing::unpaid, 101, "evt_2"));
  const auto rows = operator_rows();
  EXPECT_EQ(decide({before, {"sub_1", Standing::good, 102}, "evt_3", clock.now()}).error().code(),
            ErrorCode::conflict);
  EXPECT_EQ(decide({known("sub_1"), {"sub_1", Standing::good, 102}, "evt_2", clock.now()}).error().code(),
            ErrorCode::conflict)
      << "a report counts once";
  EXPECT_EQ(operator_rows(), rows);
  EXPECT_EQ(known("sub_1", "evt_3").event_known, false);
  EXPECT_EQ(known("sub_1", "evt_2").event_known, true);
  ASSERT_TRUE(decide({known("sub_1"), {"sub_1", Standing::unpaid, 103}, "evt_4", clock.now()}, false));
  EXPECT_EQ(operator_rows(), rows) << "what changes nothing that shows has no row";
  EXPECT_EQ(known("sub_1").subscription->decided_at, 103);
}

TEST_F(Entitlements, RememberReportsThatCameBeforeTheCheckout) {
  EXPECT_FALSE(known("sub_1").subscription);
  EXPECT_FALSE(known("sub_1").tenant_id);
  ASSERT_TRUE(decide({known("sub_1"), {"sub_1", Standing::unpaid, 101}, "evt_9", clock.now()}, false));
  ASSERT_TRUE(grant(paid(1, 100)));
  EXPECT_EQ(known("sub_1").tenant_id, "signup-1");
  EXPECT_TRUE(find(1)->suspended) << "the checkout is the older news";

  ASSERT_TRUE(decide({known("sub_2"), {"sub_2", Standing::unpaid, 99}, "evt_10", clock.now()}, false));
  ASSERT_TRUE(grant(paid(2, 100)));
  EXPECT_FALSE(find(2)->suspended) << "the checkout is the newer news";

  ASSERT_TRUE(decide({known("sub_3"), {"sub_3", Standing::ended, 99}, "evt_11", clock.now()}, false));
  ASSERT_TRUE(grant(paid(3, 100)));
  EXPECT_TRUE(find(3)->suspended) << "an end is for good";
}

TEST_F(Entitlements, WithoutPaymentAreCountedOverADay) {
  ASSERT_TRUE(free_one("a", 2));
  clock.advance(std::chrono::hours{23});
  ASSERT_TRUE(free_one("b", 2));
  ASSERT_TRUE(grant(paid(1))) << "what was paid for does not count";
  reopen();
  const Head refused = free_one("c", 2);
  EXPECT_EQ(refused.error().code(), ErrorCode::rate_limit_exceeded);
  EXPECT_EQ(refused.error().retry_after_s(), 3600U);
  EXPECT_EQ(store->keys().load_keys().size(), 2U);
  clock.advance(std::chrono::hours{1});
  EXPECT_TRUE(free_one("c", 2));
  EXPECT_FALSE(free_one("d", 2));
}

TEST_F(Entitlements, ForgetReportsOfAMonthAgo) {
  ASSERT_TRUE(grant(paid(1)));
  ASSERT_TRUE(decide("sub_1", Standing::unpaid, 101, "evt_2"));
  clock.advance(std::chrono::days{31});
  EXPECT_TRUE(known("sub_1", "evt_2").event_known);
  ASSERT_TRUE(decide("sub_1", Standing::good, 102, "evt_3"));
  EXPECT_FALSE(known("sub_1", "evt_1").event_known);
  EXPECT_FALSE(known("sub_1", "evt_2").event_known);
  EXPECT_TRUE(known("sub_1", "evt_3").event_known);
}

TEST_F(Entitlements, ARotationDoesNotOutrunASuspension) {
  ASSERT_TRUE(grant(paid(1)));
  const keys::KeyRecord old = mint("signup-1");
  ASSERT_TRUE(claim(1, old));
  keys::RotationChange change;
  change.at = clock.now();
  change.grace_until = clock.now() + std::chrono::hours{24};
  change.fresh = mint("signup-1");
  change.fresh.rotated_from_key_id = old.key_id;
  ASSERT_TRUE(decide("sub_1", Standing::unpaid, 101, "evt_2"));
  const Head late = wait_for<Head>([&](auto done) { store->keys().rotate(change, row(), done); });
  EXPECT_EQ(late.error().code(), ErrorCode::conflict);
}

TEST_F(Entitlements, AStoreFromBeforeThemIsTakenForward) {
  become_older(
      5,
      "INSERT INTO keys (key_id, tenant_id, tenant_type, app_id, label, tier, package_id, scheme, "
      "audit_content, issued_at_ms, hmac_nonce, hmac_ciphertext, hmac_tag) VALUES ('k', 'acme', "
      "'customer', '_default', '', 'team', 'team', 'bearer', 'digest', 1, zeroblob(12), zeroblob(64), "
      "zeroblob(16))");
  open();
  EXPECT_FALSE(suspended("k"));
  ASSERT_TRUE(grant(paid(1)));
  EXPECT_TRUE(claim(1));
}

}  // namespace
}  // namespace cogos::store
