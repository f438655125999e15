#include "base/encoding.hpp"

#include <gtest/gtest.h>

#include "base/time.hpp"
#include "base/utf8.hpp"

namespace cogos::base {
namespace {

TEST(Encoding, RoundTripsEveryLength) {
  std::vector<std::uint8_t> bytes;
  for (int i = 0; i < 70; ++i) {
    EXPECT_EQ(from_hex(to_hex(bytes)), bytes);
    EXPECT_EQ(from_base64(to_base64(bytes)), bytes);
    EXPECT_EQ(from_base64url(to_base64url(bytes)), bytes);
    bytes.push_back(static_cast<std::uint8_t>(i * 37 + 200));
  }
}

TEST(Encoding, Base64MatchesRfc4648Section10) {
  EXPECT_EQ(to_base64(as_bytes("foob")), "Zm9vYg==");
  EXPECT_EQ(to_base64(as_bytes("fooba")), "Zm9vYmE=");
  EXPECT_EQ(to_base64(as_bytes("foobar")), "Zm9vYmFy");
}

TEST(Encoding, EachValueHasOneSpelling) {
  EXPECT_TRUE(from_base64("Zg=="));
  for (const char* text : {"Zh==", "Zg=", "Zg", "Z===", "Zg==\n", " Zg==", "Zg==Zg==", "Zm9-", "===="}) {
    EXPECT_FALSE(from_base64(text)) << text;
  }
  EXPECT_TRUE(from_base64url("Zg"));
  for (const char* text : {"Zh", "Zg==", "Z", "Zm9+"}) EXPECT_FALSE(from_base64url(text)) << text;
  for (const char* text : {"0", "0G", "AB", "0x"}) EXPECT_FALSE(from_hex(text)) << text;
}

TEST(Rfc3339, WritesThreeDecimalsAndReadsThemBack) {
  for (const std::int64_t ms : {0LL, 951'782'400'001LL, 1'709'164'800'000LL, 253'402'300'799'999LL}) {
    const std::string text = to_rfc3339(from_unix_ms(ms));
    EXPECT_EQ(from_rfc3339(text), from_unix_ms(ms)) << text;
  }
  EXPECT_EQ(to_rfc3339(from_unix_ms(1'763'900'001'037)), "2025-11-23T12:13:21.037Z");
}

TEST(Rfc3339, RefusesEverythingElse) {
  for (const char* text :
       {"", "2026-11-23T20:00:00Z", "2026-11-23T20:00:00.12Z", "2026-02-30T00:00:00.000Z",
        "2026-11-23T24:00:00.000Z", "2026-11-23t20:00:00.000Z", "2026-11-23T20:00:00.000+00:00",
        "2026-11-23T20:00:00.000Zx", "2026-11-23T20:60:00.000Z"}) {
    EXPECT_FALSE(from_rfc3339(text)) << text;
  }
}

TEST(Rfc3339, TheLenientReaderTakesOffsetsAndFractions) {
  EXPECT_EQ(from_rfc3339_lenient("2026-11-23T20:00:00Z"), from_rfc3339("2026-11-23T20:00:00.000Z"));
  EXPECT_EQ(from_rfc3339_lenient("2026-11-23T22:00:00.1234567+02:00"),
            from_rfc3339("2026-11-23T20:00:00.123Z"));
  EXPECT_FALSE(from_rfc3339_lenient("2026-11-23T22:00:00."));
  EXPECT_FALSE(from_rfc3339_lenient("2026-11-23T22:00:00+0200"));
}

TEST(Utf8, AcceptsWellFormedTextAlone) {
  for (const char* text : {"", "plain", "é€😀", "\xED\x9F\xBF", "\xEE\x80\x80", "\xF4\x8F\xBF\xBF"}) {
    EXPECT_TRUE(is_utf8(text)) << text;
  }
  for (const char* text : {"\x80", "\xC0\xAF", "\xC3", "\xE0\x80\x80", "\xED\xA0\x80", "\xF0\x80\x80\x80",
                           "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xE2\x82", "a\xFF"}) {
    EXPECT_FALSE(is_utf8(text));
  }
}

}  // namespace
}  // namespace cogos::base
