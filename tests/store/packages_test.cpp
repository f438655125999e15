#include <thread>

#include "store/blocking_store.hpp"

namespace cogos::store {
namespace {

using keys::Packages;

class StoredPackages : public BlockingStoreTest {
 protected:
  Result<proof::ChainHead> change(keys::PackageStore::Change change) {
    std::promise<Result<proof::ChainHead>> done;
    store->packages().change(std::move(change), draft("_default", "_operator"),
                             [&done](Result<proof::ChainHead> head) { done.set_value(std::move(head)); });
    return done.get_future().get();
  }
};

TEST_F(StoredPackages, ChangesSurviveARestartToTheLastMember) {
  keys::PackagePatch patch;
  patch.display_name = "Gold";
  patch.description = "All of it";
  patch.monthly_usd = 1;
  patch.monthly_request_quota = 2;
  patch.rpm_limit = 3;
  patch.max_prompt_tokens_per_call = 4;
  patch.daily_request_cap = 5;
  patch.daily_token_cap = (std::uint64_t{1} << 53U) - 1;
  patch.allowed_model_tiers = {"cogos-tier-b", "raw:7b"};
  patch.is_default = true;
  Packages expected;
  ASSERT_TRUE(change([&](Packages all) {
    auto after = keys::add_package(std::move(all), "gold", patch);
    expected = *after;
    return after;
  }));
  ASSERT_TRUE(change([&](Packages all) {
    EXPECT_EQ(all, expected) << "a change sees the one before it";
    auto after = keys::delete_package(std::move(all), "free");
    expected = *after;
    return after;
  }));
  reopen();
  EXPECT_EQ(store->keys().load_packages(), expected);
}

TEST_F(StoredPackages, ARefusedChangeLeavesNoRow) {
  const auto refused = change([](Packages) -> Result<Packages> { return Error(ErrorCode::conflict, "no"); });
  EXPECT_EQ(refused.error().code(), ErrorCode::conflict);
  EXPECT_FALSE(store->audit_log().head(proof::kOperatorChain));
  EXPECT_EQ(store->keys().load_packages(), keys::seed_packages());
}

/// Many operators make each theirs the default: the last one stays, and only that one.
TEST_F(StoredPackages, ChangesFromManyThreadsAreOneAfterTheOther) {
  const std::vector<std::string> ids{"free", "developer", "team", "business"};
  Packages last;  // Written on the writer's thread alone.
  std::vector<std::thread> threads;
  for (const std::string& id : ids) {
    threads.emplace_back([&, id] {
      keys::PackagePatch chosen;
      chosen.is_default = true;
      for (int i = 0; i < 20; ++i) {
        chosen.rpm_limit = static_cast<std::uint64_t>(i);
        ASSERT_TRUE(change([&](Packages all) {
          auto after = keys::change_package(std::move(all), id, chosen);
          last = *after;
          return after;
        }));
      }
    });
  }
  for (auto& thread : threads) thread.join();
  const Packages stored = store->keys().load_packages();
  EXPECT_EQ(stored, last);
  EXPECT_EQ(std::count_if(stored.begin(), stored.end(), [](const auto& one) { return one.is_default; }), 1);
  for (const std::string& id : ids) EXPECT_EQ(keys::find_package(stored, id)->rpm_limit, 19U) << id;
  EXPECT_EQ(store->audit_log().head(proof::kOperatorChain)->seq, 80U);
}

}  // namespace
}  // namespace cogos::store
