#include <iostream>
#include <latch>

#include "store/blocking_store.hpp"
#include "store/file_space.hpp"
#include "store/pruner.hpp"
#include "support/call_row.hpp"

namespace cogos::store {
namespace {

class Growth : public BlockingStoreTest {
 protected:
  proof::RowDraft typical(int i) {
    proof::RowDraft row = test::call_row({"acme", "_default"});
    const std::string content = test::call_content(static_cast<char>('a' + i % 6));
    row.seal = proof::PendingSeal::prepare(customer.public_key(), content, random).value();
    return row;
  }
};

TEST_F(Growth, OfASignedCallIsAFewBytesMore) {
  constexpr int kRows = 2000;
  const auto bytes_a_row = [&](bool with_signatures) {
    store.reset();
    std::filesystem::remove_all(options.data_dir);
    open();
    std::latch done(kRows);
    for (int i = 0; i < kRows; ++i) {
      proof::RowDraft row = typical(i);
      if (with_signatures) {
        row.spent_signature.emplace().until = clock.now() + std::chrono::minutes{5};
        random.fill(row.spent_signature->mark);
      }
      store->audit_log().append(std::move(row), [&done](const Result<proof::ChainHead>& head) {
        EXPECT_TRUE(head);
        done.count_down();
      });
    }
    done.wait();
    return store->pruner().space().file_bytes / kRows;
  };
  const auto plain = bytes_a_row(false);
  const auto with_signatures = bytes_a_row(true);
  std::cout << "bytes a row: " << plain << ", of a signed call: " << with_signatures << '\n';
  EXPECT_LT(with_signatures, plain + 50);
}

TEST_F(Growth, IsBoundedByTheRow) {
  constexpr int kRows = 2000;
  constexpr std::uint64_t kBound = 2200;
  constexpr std::uint64_t kPrunedBound = 1200;
  std::latch done(kRows);
  for (int i = 0; i < kRows; ++i) {
    store->audit_log().append(typical(i), [&done](const Result<proof::ChainHead>& head) {
      EXPECT_TRUE(head);
      done.count_down();
    });
  }
  done.wait();
  const auto page = read(all(1));
  ASSERT_FALSE(page.rows.empty());
  const std::uint64_t bytes = store->pruner().space().file_bytes / kRows;
  clock.advance(std::chrono::hours{1});
  const auto plan = store->pruner().plan({clock.now(), {}, {}}).at(0);
  auto record = draft("_default", "_operator");
  record.detail = prune_record(plan, clock.now());
  auto step = store->pruner().erase(plan, 0, std::move(record)).value();
  while (step.more) step = store->pruner().erase(plan, step.last_seq, std::nullopt).value();
  const auto space = store->pruner().space();
  const std::uint64_t pruned = (space.file_bytes - space.free_bytes) / kRows;
  RecordProperty("bytes_a_row", std::to_string(bytes));
  RecordProperty("bytes_a_pruned_row", std::to_string(pruned));
  std::cout << "bytes a row: " << bytes << " (its core " << page.rows[0].core.size() << ", its envelope "
            << page.rows[0].sealed.value().size() << "); pruned: " << pruned << '\n';
  EXPECT_LT(bytes, kBound);
  EXPECT_LT(pruned, kPrunedBound);
}

}  // namespace
}  // namespace cogos::store
