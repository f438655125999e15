#include "base/json.hpp"
#include "store/blocking_store.hpp"

namespace cogos::store {
namespace {

class OperatorEvents : public BlockingStoreTest {
 protected:
  proof::RowDraft event(const std::string& route, const std::string& number) {
    proof::RowDraft row = draft("_default", "_operator");
    row.key_id.reset();
    row.route = route;
    row.detail = {{"number", number}};
    return row;
  }
  std::vector<std::string> numbers(std::size_t most) {
    std::vector<std::string> found;
    for (const std::string& core : store->operator_events("probe.report", most)) {
      found.push_back(base::parse_json(core).value()["detail"]["number"].get<std::string>());
    }
    return found;
  }
};

TEST_F(OperatorEvents, AreTheNewestOfTheirNameOldestFirst) {
  EXPECT_TRUE(numbers(10).empty());
  for (int i = 1; i <= 5; ++i) {
    append(event("probe.report", std::to_string(i))).value();
    append(event("peer.banned", "another event")).value();
    append(draft("app")).value();
  }
  EXPECT_EQ(numbers(10), (std::vector<std::string>{"1", "2", "3", "4", "5"}));
  EXPECT_EQ(numbers(2), (std::vector<std::string>{"4", "5"}));
  reopen();
  EXPECT_EQ(numbers(3), (std::vector<std::string>{"3", "4", "5"}));
}

TEST_F(OperatorEvents, ARowThatOnlySpeaksOfTheNameIsNone) {
  append(event("peer.banned", R"("route":"probe.report")")).value();
  append(event("probe.reports", "longer")).value();
  auto elsewhere = draft("_default");
  elsewhere.route = "probe.report";
  append(std::move(elsewhere)).value();
  EXPECT_TRUE(numbers(10).empty());
}

}  // namespace
}  // namespace cogos::store
