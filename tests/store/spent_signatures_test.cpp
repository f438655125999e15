// The signatures of recorded calls: durable with their rows, and no longer than they are needed.
#include <latch>

#include "store/blocking_store.hpp"
#include "store/file_space.hpp"

namespace cogos::store {
namespace {

class SpentSignaturesTest : public BlockingStoreTest {
 protected:
  SpentSignature spend(std::chrono::seconds good_for) {
    SpentSignature spent;
    random.fill(spent.mark);
    spent.until = clock.now() + good_for;
    return spent;
  }
  proof::RowDraft signed_row(const SpentSignature& spent) {
    proof::RowDraft row = draft("_default");
    row.spent_signature = spent;
    return row;
  }
  std::int64_t kept() {
    Database db(options.data_dir / "cogos.db", Access::read_only);
    return db.query_integer("SELECT count(*) FROM spent_signatures");
  }
};

TEST_F(SpentSignaturesTest, AreThereAfterARestartUntilTheirTimeIsOver) {
  const SpentSignature shorter = spend(std::chrono::seconds{10});
  const SpentSignature longer = spend(std::chrono::seconds{600});
  ASSERT_TRUE(append(signed_row(shorter)));
  ASSERT_TRUE(append(signed_row(longer)));
  ASSERT_TRUE(append("_default"));
  reopen();
  auto found = store->spent_signatures(clock.now());
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found[0].mark, shorter.mark);
  EXPECT_EQ(found[0].until, shorter.until);
  EXPECT_EQ(found[1].mark, longer.mark);
  EXPECT_EQ(store->spent_signatures(shorter.until).size(), 2U) << "its last moment";
  found = store->spent_signatures(shorter.until + std::chrono::milliseconds{1});
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].mark, longer.mark);
}

TEST_F(SpentSignaturesTest, AreRememberedWithoutARowToo) {
  const SpentSignature spent = spend(std::chrono::seconds{600});
  std::promise<Result<void>> done;
  store->audit_log().remember(spent, [&done](Result<void> remembered) { done.set_value(remembered); });
  ASSERT_TRUE(done.get_future().get());
  reopen();
  const auto found = store->spent_signatures(clock.now());
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].mark, spent.mark);
}

TEST_F(SpentSignaturesTest, GoWithTheirRowWhereThatIsUndone) {
  std::promise<Result<proof::ChainHead>> done;
  keys::KeyRecord unknown;
  unknown.key_id = "unknown";
  store->keys().update(unknown, signed_row(spend(std::chrono::seconds{600})),
                       [&done](Result<proof::ChainHead> head) { done.set_value(std::move(head)); });
  ASSERT_FALSE(done.get_future().get());
  EXPECT_TRUE(store->spent_signatures(clock.now()).empty());
}

TEST_F(SpentSignaturesTest, ThoseOfTheWindowStayAndOlderOnesGo) {
  constexpr int kSigned = 1500;
  const auto append_many = [&](std::chrono::seconds good_for) {
    std::latch appended(kSigned);
    for (int i = 0; i < kSigned; ++i) {
      store->audit_log().append(signed_row(spend(good_for)),
                                [&appended](const Result<proof::ChainHead>& head) {
                                  EXPECT_TRUE(head);
                                  appended.count_down();
                                });
    }
    appended.wait();
  };
  append_many(std::chrono::seconds{300});
  append_many(std::chrono::seconds{600});
  EXPECT_EQ(kept(), 2 * kSigned) << "all of them are good";
  clock.advance(std::chrono::seconds{301});
  append_many(std::chrono::seconds{600});
  EXPECT_EQ(kept(), 2 * kSigned) << "the first ones went as others came, and no other";
  EXPECT_EQ(store->spent_signatures(clock.now()).size(), static_cast<std::size_t>(2 * kSigned));
  for (int i = 0; i < 5; ++i) {
    clock.advance(std::chrono::seconds{601});
    append_many(std::chrono::seconds{600});
  }
  EXPECT_LT(kept(), 3 * kSigned) << "the table does not grow";
}

TEST_F(SpentSignaturesTest, AStoreFromBeforeThemIsTakenForward) {
  become_older(1, "");
  open();
  ASSERT_TRUE(append(signed_row(spend(std::chrono::seconds{600}))));
  EXPECT_EQ(store->spent_signatures(clock.now()).size(), 1U);
}

}  // namespace
}  // namespace cogos::store
