#include "store/blocking_store.hpp"
#include "store/disk_vfs.hpp"
#include "store/held_writer.hpp"

namespace cogos::store {
namespace {

constexpr Fault kLogSync{Failure::io_error, DiskCall::sync, DiskPart::log};
constexpr Fault kLogWrite{Failure::io_error, DiskCall::write, DiskPart::log};
constexpr Fault kLogFull{Failure::full, DiskCall::write, DiskPart::log};
constexpr Fault kDatabaseSync{Failure::io_error, DiskCall::sync, DiskPart::database};

class Disk : public BlockingStoreTest {
 protected:
  Disk() {
    options.vfs = disk_vfs();
    options.on_failure = [this](const Error& error) {
      if (++failures == 1) failed.set_value(error);
    };
    reopen();
  }
  ~Disk() override { clear_fault(); }

  std::size_t rows() { return read(all()).rows.size(); }

  std::atomic<int> failures = 0;
  std::promise<Error> failed;
};

class DiskFault : public Disk, public ::testing::WithParamInterface<Fault> {};

TEST_P(DiskFault, IsToldToEveryCallerAndLosesNothingClaimed) {
  constexpr std::size_t kClaimed = 3;
  constexpr int kInFlight = 5;
  for (std::size_t i = 0; i + 1 < kClaimed; ++i) ASSERT_TRUE(append("_default"));
  std::vector<std::future<Result<proof::ChainHead>>> in_flight;
  {
    const HeldWriter held(store->audit_log(), draft("_default"));
    for (int i = 0; i < kInFlight; ++i) {
      auto done = std::make_shared<std::promise<Result<proof::ChainHead>>>();
      in_flight.push_back(done->get_future());
      store->audit_log().append(draft(i % 2 == 0 ? "_default" : "billing"),
                                [done](Result<proof::ChainHead> head) { done->set_value(std::move(head)); });
    }
    set_fault(GetParam());
  }
  for (auto& answer : in_flight) {
    const auto outcome = answer.get();
    ASSERT_FALSE(outcome);
    EXPECT_EQ(outcome.error().code(), ErrorCode::audit_unavailable);
    EXPECT_FALSE(outcome.error().detail().empty());
    EXPECT_FALSE(store->audit_log().writable());
  }
  const Error reported = failed.get_future().get();
  EXPECT_FALSE(reported.detail().empty());
  // The disk is well again, but what the failed call left behind is not known: nothing before a restart.
  clear_fault();
  EXPECT_EQ(append("_default").error().code(), ErrorCode::audit_unavailable);
  EXPECT_EQ(store->audit_log().head({"acme", "_default"})->seq, kClaimed);
  EXPECT_FALSE(store->audit_log().head({"acme", "billing"}));
  EXPECT_EQ(rows(), kClaimed) << "reads go on, and see what is durable";
  store->close();
  EXPECT_EQ(failures, 1);

  const auto report = fsck((store.reset(), options.data_dir));
  ASSERT_TRUE(report) << report.error().message();
  EXPECT_TRUE(report->holds());
  open();
  EXPECT_TRUE(store->audit_log().writable());
  const auto found = rows();
  EXPECT_GE(found, kClaimed);
  // A failed fsync says nothing of the bytes before it; otherwise nothing was written.
  if (GetParam().call != DiskCall::sync) {
    EXPECT_EQ(found, kClaimed);
  }
  EXPECT_TRUE(append("_default"));
  EXPECT_TRUE(verify_all().holds());
}

INSTANTIATE_TEST_SUITE_P(EachOfTheLog, DiskFault, ::testing::Values(kLogSync, kLogWrite, kLogFull));

TEST_F(Disk, FailingInACheckpointStopsTheWriterButNotWhatWasDurableBefore) {
  ASSERT_TRUE(append("_default"));
  options.checkpoint_pages = 1;
  reopen();
  set_fault(kDatabaseSync);
  EXPECT_TRUE(append("_default")) << "durable in the log already";
  static_cast<void>(failed.get_future().get());
  EXPECT_FALSE(store->audit_log().writable());
  EXPECT_FALSE(append("_default"));
  clear_fault();
  reopen();
  EXPECT_EQ(rows(), 2U);
  EXPECT_EQ(append("_default")->seq, 3U);
  EXPECT_TRUE(verify_all().holds());
}

TEST_F(Disk, ThatWorksLeavesTheStoreAlone) {
  ASSERT_TRUE(append("_default"));
  reopen();
  EXPECT_EQ(append("_default")->seq, 2U);
  store.reset();
  EXPECT_EQ(failures, 0);
}

}  // namespace
}  // namespace cogos::store
