#include "store/free_space.hpp"

#include "store/blocking_store.hpp"

namespace cogos::store {
namespace {

constexpr std::uint64_t kMib = 1U << 20U;

TEST(FreeSpace, KeepsTheReserveAndTellsOfEachChangeOnce) {
  std::uint64_t free = 10 * kMib;
  std::vector<std::pair<bool, std::uint64_t>> told;
  FreeSpace space([&free] { return free; }, 4 * kMib,
                  [&told](bool enough, std::uint64_t bytes) { told.emplace_back(enough, bytes); });
  EXPECT_TRUE(space.has_room_for(0));
  EXPECT_TRUE(space.has_room_for(6 * kMib));
  EXPECT_TRUE(told.empty());
  EXPECT_FALSE(space.has_room_for(6 * kMib + 1));
  free = 3 * kMib;
  EXPECT_FALSE(space.has_room_for(0));
  free = 4 * kMib;
  EXPECT_TRUE(space.has_room_for(0));
  EXPECT_FALSE(space.has_room_for(std::numeric_limits<std::uint64_t>::max()));
  const std::vector<std::pair<bool, std::uint64_t>> expected{
      {false, 10 * kMib}, {true, 4 * kMib}, {false, 4 * kMib}};
  EXPECT_EQ(told, expected);
}

TEST(FreeSpace, WithoutAReserveNothingIsAsked) {
  FreeSpace space([]() -> std::uint64_t { throw std::logic_error("asked"); }, 0, {});
  EXPECT_TRUE(space.has_room_for(std::numeric_limits<std::uint64_t>::max()));
}

TEST(FreeSpace, IsThatOfTheFileSystem) {
  EXPECT_GT(free_bytes_of(std::filesystem::temp_directory_path())(), 0U);
  EXPECT_EQ(free_bytes_of("/nowhere/at/all")(), std::numeric_limits<std::uint64_t>::max())
      << "what cannot be asked refuses nothing";
}

class NearlyFullDisk : public BlockingStoreTest {
 protected:
  NearlyFullDisk() {
    options.min_free_bytes = 64 * kMib;
    options.free_bytes = [this] { return free.load(); };
    options.on_free_space = [this](bool enough, std::uint64_t) {
      ++(enough ? told_enough : told_too_little);
    };
    options.on_failure = [this](const Error&) { ++failures; };
    reopen();
  }
  ~NearlyFullDisk() override { store.reset(); }

  std::atomic<std::uint64_t> free = 1024 * kMib;
  std::atomic<int> told_enough = 0;
  std::atomic<int> told_too_little = 0;
  std::atomic<int> failures = 0;
};

TEST_F(NearlyFullDisk, IsRefusedBeforeAnythingIsTriedAndTakenAgainWithRoom) {
  ASSERT_TRUE(append("_default"));
  free = 64 * kMib;
  EXPECT_FALSE(store->audit_log().writable());
  const auto refused = append("_default");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code(), ErrorCode::audit_unavailable);
  EXPECT_EQ(refused.error().detail(), "the disk is nearly full");
  EXPECT_EQ(read(all()).rows.size(), 1U);
  free = 1024 * kMib;
  EXPECT_TRUE(store->audit_log().writable());
  EXPECT_EQ(append("_default")->seq, 2U);
  EXPECT_TRUE(verify_all().holds());
  EXPECT_EQ(told_too_little, 1);
  EXPECT_EQ(told_enough, 1);
  EXPECT_EQ(failures, 0);
}

TEST_F(NearlyFullDisk, CountsWhatARowNeedsItself) {
  free = 65 * kMib;
  EXPECT_TRUE(append("_default"));
  auto large = draft("_default");
  large.seal =
      proof::PendingSeal::prepare(customer.public_key(), "\"" + std::string(kMib, 'x') + "\"", random)
          .value();
  EXPECT_FALSE(append(std::move(large)));
  EXPECT_TRUE(append("_default")) << "the next, small one fits";
}

TEST_F(NearlyFullDisk, CountsWhatTheLogOwesTheDatabase) {
  free = 65 * kMib;
  int rows = 0;
  while (append("_default")) ASSERT_LT(++rows, 1000) << "the log grows, and nobody minds";
  EXPECT_GT(rows, 3);
}

}  // namespace
}  // namespace cogos::store
