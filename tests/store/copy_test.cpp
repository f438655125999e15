#include "store/copy.hpp"

#include "store/blocking_store.hpp"
#include "store/store_error.hpp"

namespace cogos::store {
namespace {

class Copies : public BlockingStoreTest {};

TEST_F(Copies, AStoreOfEachFormerSchemaIsTakenForward) {
  for (int version = 1; version <= kSchemaVersion; ++version) {
    become_older(version, "PRAGMA journal_mode=WAL");
    bring_up_to_date(options.data_dir);
    const auto log = database_file(options.data_dir).string() + "-wal";
    EXPECT_TRUE(!std::filesystem::exists(log) || std::filesystem::file_size(log) == 0) << version;
    const auto checked = fsck(options.data_dir);
    ASSERT_TRUE(checked) << version << ": " << checked.error().message();
    EXPECT_TRUE(checked->holds()) << version;
  }
}

TEST_F(Copies, AStoreOfANewerBuildIsLeftAlone) {
  become_older(kSchemaVersion, "PRAGMA user_version=" + std::to_string(kSchemaVersion + 1));
  EXPECT_THROW(bring_up_to_date(options.data_dir), StoreError);
}

}  // namespace
}  // namespace cogos::store
