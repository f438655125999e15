#include "app/site_options.hpp"

#include <gtest/gtest.h>

#include "app/advisories.hpp"

namespace cogos::app {
namespace {

using std::chrono::days;

constexpr TimePoint kNow{std::chrono::milliseconds{1'767'225'600'000}};  // 2026-01-01

Settings expiring(const std::string& time) {
  Settings settings;
  settings.site.security_contact = "mailto:security@example.com";
  settings.site.security_expires = time;
  return settings;
}

std::string refusal(const Settings& settings) {
  const auto options = site_options(settings, kNow);
  return options ? std::string("(accepted)") : options.error().message();
}

TEST(SiteOptions, WithoutSettingsNothingIsSaidOfTheOperator) {
  const auto options = site_options(Settings(), kNow);
  ASSERT_TRUE(options);
  EXPECT_TRUE(options->operator_name.empty());
  EXPECT_FALSE(options->security_expires);
  EXPECT_EQ(options->packages.size(), 5U);
  EXPECT_EQ(options->inference, "builtin");
}

TEST(SiteOptions, SubProcessorsAreReadInThreeParts) {
  Settings settings;
  settings.site.sub_processors = {"Host Ltd|machines |  Iceland"};
  const auto options = site_options(settings, kNow);
  ASSERT_TRUE(options);
  EXPECT_EQ(options->sub_processors.at(0).name, "Host Ltd");
  EXPECT_EQ(options->sub_processors.at(0).purpose, "machines");
  EXPECT_EQ(options->sub_processors.at(0).region, "Iceland");
}

TEST(SiteOptions, SecurityTxtHoldsFromNowForAYearAtMost) {
  EXPECT_EQ(site_options(expiring("2026-12-31T12:00:00+01:00"), kNow)->security_expires,
            kNow + days(364) + std::chrono::hours(11));
  EXPECT_NE(refusal(expiring("2026-01-01T00:00:00Z")).find("has passed"), std::string::npos);
  EXPECT_NE(refusal(expiring("2027-01-03T00:00:00Z")).find("more than a year"), std::string::npos);
  EXPECT_EQ(refusal(expiring("2026-01-01T00:00:01Z")), "(accepted)");
}

TEST(Advisories, TheNewestComesFirst) {
  const auto all = parse_advisories(
      "[[advisory]]\nid = \"A\"\npublished = \"2025-01-01\"\nseverity = \"low\"\nsummary = \"a\"\n"
      "[[advisory]]\nid = \"B\"\npublished = \"2026-01-01\"\nseverity = \"critical\"\nsummary = \"b\"\n"
      "credit = \"Robin\"\n",
      "x.toml");
  ASSERT_TRUE(all);
  ASSERT_EQ(all->size(), 2U);
  EXPECT_EQ(all->at(0).id, "B");
  EXPECT_EQ(all->at(0).credit, "Robin");
  EXPECT_TRUE(all->at(1).credit.empty());
  EXPECT_TRUE(parse_advisories("", "x.toml")->empty());
}

TEST(Advisories, WhatIsWrongIsNamedWithItsLine) {
  const auto refused = [](const std::string& text) {
    const auto all = parse_advisories(text, "x.toml");
    return all ? std::string("(accepted)") : all.error().message();
  };
  const std::string good = "[[advisory]]\nid = \"A\"\npublished = \"2025-01-01\"\nsummary = \"a\"\n";
  EXPECT_NE(refused(good + "severity = \"awful\"\n").find("low, medium, high or critical"),
            std::string::npos);
  EXPECT_NE(refused(good + "severity = 5\n").find("x.toml:5: severity must be a string"), std::string::npos);
  EXPECT_NE(refused(good + "severity = \"low\"\ncve = \"1\"\n").find("an advisory has no cve"),
            std::string::npos);
  EXPECT_NE(refused(good).find("needs its severity"), std::string::npos);
  EXPECT_NE(
      refused("[[advisory]]\nid = \"A\"\npublished = \"1.1.2025\"\nsummary = \"a\"\nseverity = \"low\"\n")
          .find("published must be a date"),
      std::string::npos);
  EXPECT_NE(refused("advisory = 5\n").find("[[advisory]]"), std::string::npos);
  EXPECT_NE(refused("[[news]]\nid = \"A\"\n").find("[[advisory]]"), std::string::npos);
  EXPECT_NE(refused("[[advisory\n").find("x.toml:1: not TOML"), std::string::npos);
}

}  // namespace
}  // namespace cogos::app
