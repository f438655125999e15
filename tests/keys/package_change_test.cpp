#include "keys/package_change.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace cogos::keys {
namespace {

PackagePatch tiers() {
  PackagePatch patch;
  patch.allowed_model_tiers = {"cogos-tier-a"};
  return patch;
}

std::vector<std::string> defaults(const Packages& all) {
  std::vector<std::string> ids;
  for (const Package& one : all) {
    if (one.is_default) ids.push_back(one.id);
  }
  return ids;
}

TEST(PackageChange, ANewOneHasNoLimitsUnlessToldAndItsIdAsItsName) {
  const auto all = add_package(seed_packages(), "gold", tiers());
  ASSERT_TRUE(all);
  const Package* gold = find_package(*all, "gold");
  ASSERT_NE(gold, nullptr);
  Package expected;
  expected.id = "gold";
  expected.display_name = "gold";
  expected.allowed_model_tiers = {"cogos-tier-a"};
  EXPECT_EQ(*gold, expected);
  EXPECT_TRUE(gold->active);
  EXPECT_EQ(all->size(), seed_packages().size() + 1);
  EXPECT_EQ(add_package(*all, "gold", tiers()).error().code(), ErrorCode::conflict);
}

TEST(PackageChange, WhatIsNotNamedStays) {
  PackagePatch patch;
  patch.rpm_limit = 7;
  const auto all = change_package(seed_packages(), "team", patch);
  ASSERT_TRUE(all);
  const Packages seeds = seed_packages();
  Package expected = *find_package(seeds, "team");
  expected.rpm_limit = 7;
  EXPECT_EQ(*find_package(*all, "team"), expected);
  EXPECT_EQ(change_package(seed_packages(), "none", patch).error().code(), ErrorCode::not_found);
}

TEST(PackageChange, ThereIsExactlyOneActiveDefaultWhateverIsAsked) {
  PackagePatch chosen;
  chosen.is_default = true;
  const auto moved = change_package(seed_packages(), "team", chosen);
  ASSERT_TRUE(moved);
  EXPECT_EQ(defaults(*moved), std::vector<std::string>{"team"});
  PackagePatch fresh = tiers();
  fresh.is_default = true;
  EXPECT_EQ(defaults(*add_package(*moved, "gold", fresh)), std::vector<std::string>{"gold"});

  PackagePatch none;
  none.is_default = false;
  EXPECT_EQ(change_package(*moved, "team", none).error().code(), ErrorCode::conflict);
  EXPECT_TRUE(change_package(*moved, "free", none)) << "it is none already";
  PackagePatch inactive;
  inactive.active = false;
  EXPECT_EQ(change_package(*moved, "team", inactive).error().code(), ErrorCode::conflict);
  EXPECT_EQ(delete_package(*moved, "team").error().code(), ErrorCode::conflict);
  fresh.active = false;
  EXPECT_EQ(add_package(*moved, "other", fresh).error().code(), ErrorCode::conflict);

  const auto deleted = delete_package(*moved, "free");
  ASSERT_TRUE(deleted);
  EXPECT_EQ(change_package(*deleted, "free", chosen).error().code(), ErrorCode::conflict)
      << "a deleted one cannot be the default";
}

TEST(PackageChange, ADeletedOneStaysAndCanComeBack) {
  const auto deleted = delete_package(seed_packages(), "team");
  ASSERT_TRUE(deleted);
  ASSERT_NE(find_package(*deleted, "team"), nullptr);
  EXPECT_FALSE(find_package(*deleted, "team")->active);
  EXPECT_EQ(delete_package(*deleted, "team").error().code(), ErrorCode::conflict);
  EXPECT_EQ(delete_package(*deleted, "none").error().code(), ErrorCode::not_found);
  PackagePatch back;
  back.active = true;
  EXPECT_EQ(*change_package(*deleted, "team", back), seed_packages());
}

TEST(PackageChange, NamesEveryProblemThereIs) {
  EXPECT_TRUE(problems_of({}).empty());
  PackagePatch patch = tiers();
  patch.display_name = std::string(100, 'x');
  patch.description = "";
  patch.rpm_limit = kMaxRpm;
  patch.monthly_usd = (std::uint64_t{1} << 53U) - 1;
  EXPECT_TRUE(problems_of(patch).empty());

  patch.display_name = "";
  patch.description = "two\nlines";
  patch.monthly_usd = std::uint64_t{1} << 53U;
  patch.monthly_request_quota = patch.max_prompt_tokens_per_call = patch.monthly_usd;
  patch.daily_request_cap = patch.daily_token_cap = patch.monthly_usd;
  patch.rpm_limit = kMaxRpm + 1;
  patch.allowed_model_tiers = {"a", "a", "with space"};
  const auto problems = problems_of(patch);
  EXPECT_EQ(problems.size(), 10U);
  for (const char* name :
       {"display_name", "description", "monthly_usd", "monthly_request_quota", "rpm_limit",
        "max_prompt_tokens_per_call", "daily_request_cap", "daily_token_cap", "allowed_model_tiers"}) {
    EXPECT_TRUE(std::any_of(problems.begin(), problems.end(), [&](const std::string& one) {
      return one.starts_with(name);
    })) << name;
  }
}

TEST(PackageChange, ChecksTheModelsOfAPackage) {
  const auto accepts = [](std::vector<std::string> names) {
    PackagePatch patch;
    patch.allowed_model_tiers = std::move(names);
    return problems_of(patch).empty();
  };
  EXPECT_TRUE(accepts({"cogos-tier-a", "llama3.1:8b-instruct", "hf.co/x/y:Q4_K_M"}));
  EXPECT_TRUE(accepts({std::string(128, 'm')}));
  EXPECT_FALSE(accepts({}));
  EXPECT_FALSE(accepts({""}));
  EXPECT_FALSE(accepts({std::string(129, 'm')}));
  EXPECT_FALSE(accepts({"tab\there"}));
  EXPECT_FALSE(accepts({"ünïcode"}));
  std::vector<std::string> many;
  for (int i = 0; i < 65; ++i) many.push_back("model-" + std::to_string(i));
  EXPECT_FALSE(accepts(many));
  many.pop_back();
  EXPECT_TRUE(accepts(many));
}

}  // namespace
}  // namespace cogos::keys
