// Every call to the disk fails once in its turn, while a store does all that it is used for.

#include "store/disk_test.hpp"

namespace cogos::store {
namespace {

struct FaultKind {
  const char* name;
  DiskCall call;
  Failure failure;
};

/// For the tests' names, which would otherwise hold the bytes of a pointer.
void PrintTo(const FaultKind& kind, std::ostream* out) {
  *out << kind.name;
}

class EachDiskCall : public DiskTest, public ::testing::WithParamInterface<std::tuple<FaultKind, bool>> {
 protected:
  /// Runs the script once for each call that it makes, and lets that call fail. Gives the number of runs that
  /// met the fault.
  std::size_t fail_each_in_turn(const DiskImage& image) {
    const auto& [kind, lasts] = GetParam();
    std::mt19937_64 random(kSeed);
    for (std::size_t n = 0;; ++n) {
      DiskJournal journal;
      start_from(image, journal);
      set_fault({kind.failure, kind.call, std::nullopt, n, lasts});
      ScriptedStore script(options(), &journal);
      script.run(1);
      clear_fault();
      record_disk(nullptr);
      if (faults_met() == 0) return n;
      SCOPED_TRACE("the call that failed: " + std::to_string(n));
      check(journal, script.promises(), random);
      if (HasFailure()) return n;
    }
  }

  void check(const DiskJournal& journal, const std::vector<Promise>& promises, std::mt19937_64& random) {
    const auto requests = journal.requests();
    promises_kept += promises.size();
    const auto cut = after_power_cut(requests, requests.size(), random);
    EXPECT_EQ(broken_promise_in(cut, promises, promises.size()), std::nullopt) << "and then the power failed";
    EXPECT_EQ(broken_promise(data_dir(), promises, promises.size()), std::nullopt);
  }

  void report(std::size_t runs) const {
    RecordProperty("runs", static_cast<int>(runs));
    std::cout << "[    runs ] " << runs << ", promises kept " << promises_kept << ", seed " << kSeed << '\n';
  }

  static constexpr std::uint64_t kSeed = 20'260'101;
  std::size_t promises_kept = 0;
};

TEST_P(EachDiskCall, MayFailInANewStore) {
  const std::size_t runs = fail_each_in_turn({});
  EXPECT_GT(runs, 0U) << "the script makes no such call";
  report(runs);
}

TEST_P(EachDiskCall, MayFailInAStoreThatWasKilled) {
  if (std::get<0>(GetParam()).call == DiskCall::remove)
    GTEST_SKIP() << "nothing is removed from such a store";
  report(fail_each_in_turn(image_of_a_killed_store()));
}

std::string name_of(const ::testing::TestParamInfo<std::tuple<FaultKind, bool>>& tried) {
  const auto& [kind, lasts] = tried.param;
  return std::string(kind.name) + (lasts ? "FromThenOn" : "Once");
}

INSTANTIATE_TEST_SUITE_P(
    Of, EachDiskCall,
    ::testing::Combine(::testing::Values(FaultKind{"open", DiskCall::open, Failure::io_error},
                                         FaultKind{"access", DiskCall::access, Failure::io_error},
                                         FaultKind{"remove", DiskCall::remove, Failure::io_error},
                                         FaultKind{"read", DiskCall::read, Failure::io_error},
                                         FaultKind{"write", DiskCall::write, Failure::io_error},
                                         FaultKind{"writeFull", DiskCall::write, Failure::full},
                                         FaultKind{"writeShort", DiskCall::write, Failure::short_write},
                                         FaultKind{"truncate", DiskCall::truncate, Failure::io_error},
                                         FaultKind{"sync", DiskCall::sync, Failure::io_error},
                                         FaultKind{"syncNames", DiskCall::sync_names, Failure::io_error},
                                         FaultKind{"size", DiskCall::size, Failure::io_error},
                                         FaultKind{"lock", DiskCall::lock, Failure::io_error},
                                         FaultKind{"mapShared", DiskCall::map_shared, Failure::io_error},
                                         FaultKind{"lockShared", DiskCall::lock_shared, Failure::io_error}),
                       ::testing::Bool()),
    name_of);

}  // namespace
}  // namespace cogos::store
