// The power fails at every moment of what a store does, and of what was not synced then anything may be on
// disk.

#include <set>

#include "store/disk_test.hpp"

namespace cogos::store {
namespace {

class PowerCut : public DiskTest {
 protected:
  /// Cuts the power after each request that the script makes, as often as there are seeds.
  void cut_everywhere(const DiskImage& image) {
    DiskJournal journal;
    start_from(image, journal);
    const std::size_t first = journal.size();
    ScriptedStore script(options(), &journal);
    script.run();
    record_disk(nullptr);
    EXPECT_EQ(script.failures(), 0);
    const auto requests = journal.requests();
    const std::size_t seeds = from_environment("COGOS_POWER_CUT_SEEDS", 3);
    std::size_t promised = 0;
    std::size_t cuts = 0;
    for (std::size_t count = first; count <= requests.size(); ++count) {
      while (promised < script.promises().size() && script.promises()[promised].since <= count) ++promised;
      for (std::size_t seed = 0; seed < seeds; ++seed) {
        std::mt19937_64 random(seed * 1'000'003 + count);
        ++cuts;
        const auto left = after_power_cut(requests, count, random);
        if (!is_new(left, promised)) continue;
        ASSERT_EQ(broken_promise_in(left, script.promises(), promised), std::nullopt)
            << "request " << count << ", seed " << seed;
      }
    }
    EXPECT_EQ(promised, script.promises().size());
    std::cout << "[    cuts ] " << cuts << " in " << requests.size() - first << " places, " << seen.size()
              << " different, promises " << promised << ", seeds 0 to " << seeds - 1 << '\n';
  }

 private:
  /// Many cuts leave the same.
  bool is_new(const DiskImage& image, std::size_t promised) {
    std::size_t hash = promised;
    for (const auto& [path, bytes] : image) {
      for (const std::size_t part : {std::hash<std::string>()(path), std::hash<std::string>()(bytes)}) {
        hash = hash * 1'000'003 + part;
      }
    }
    return seen.insert(hash).second;
  }

  std::set<std::size_t> seen;
};

TEST_F(PowerCut, LosesNothingPromisedFromANewStore) {
  cut_everywhere({});
}

TEST_F(PowerCut, LosesNothingPromisedFromAStoreThatWasKilled) {
  cut_everywhere(image_of_a_killed_store());
}

}  // namespace
}  // namespace cogos::store
