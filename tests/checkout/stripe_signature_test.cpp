// Stripe's documented scheme for webhooks. The digests were computed with openssl:
//   printf '1767225600.{"id":"evt_1","object":"event"}' | openssl dgst -sha256 -hmac
//   whsec_c2VjcmV0IGZvciB0ZXN0cw
#include "checkout/stripe_signature.hpp"

#include <gtest/gtest.h>

namespace cogos::checkout {
namespace {

constexpr std::string_view kBody = R"({"id":"evt_1","object":"event"})";
constexpr std::string_view kGood = "44bf8974426aab9d582d8dca91d74ff67647730f48486fc41c8b5dfde7a06dc7";
/// Of the same body under `whsec_another`.
constexpr std::string_view kOther = "07b21ecc9071e63ca0235d6b3d444ccae01cb769e16d5afca473531b1e904b98";
constexpr std::int64_t kSigned = 1767225600;

std::string header(std::initializer_list<std::string_view> signatures) {
  std::string text = "t=1767225600";
  for (const auto signature : signatures) text.append(",v1=").append(signature);
  return text;
}

std::string outcome(std::string_view value, std::string_view body = kBody,
                    std::int64_t now_ms = kSigned * 1000) {
  const crypto::SecretText secret(std::string("whsec_c2VjcmV0IGZvciB0ZXN0cw"));
  const auto verified = verify_stripe_signature(value, body, secret, from_unix_ms(now_ms));
  if (verified) return "good";
  EXPECT_EQ(verified.error().code(), ErrorCode::invalid_request);
  const std::string message = verified.error().message();
  if (message.find("300 s") != std::string::npos) return "time";
  return message.find("form") != std::string::npos ? "form" : "wrong";
}

TEST(StripeSignature, HoldsForTheBytesThatWereSigned) {
  EXPECT_EQ(outcome(header({kGood})), "good");
  EXPECT_EQ(outcome(header({"523567a117464cb9904b9a829cf0fa5f6d44f1e67b47686f69dcdca81df326b3"}), ""),
            "good");
  const std::string binary("\x00\xff\n{", 4);
  EXPECT_EQ(outcome(header({"c2f8a284e1e2bd0facf520a40b208c773902f901d21a318733dcec18c1208d47"}), binary),
            "good");
  EXPECT_EQ(outcome(header({kOther})), "wrong");
  EXPECT_EQ(outcome(header({kGood}), R"({"id":"evt_2","object":"event"})"), "wrong");
  EXPECT_EQ(outcome(header({kGood}), std::string(kBody) + " "), "wrong");
}

TEST(StripeSignature, CoversItsTime) {
  const std::string moved = "t=1767225601,v1=" + std::string(kGood);
  EXPECT_EQ(outcome(moved), "wrong");
  EXPECT_EQ(outcome("t=01767225600,v1=" + std::string(kGood)), "wrong") << "as it was written, zeros too";
}

TEST(StripeSignature, OfSeveralOneMustHold) {
  EXPECT_EQ(outcome(header({kOther, kGood})), "good");
  EXPECT_EQ(outcome(header({kGood, kOther})), "good");
  EXPECT_EQ(outcome(header({kOther, kOther})), "wrong");
  EXPECT_EQ(outcome("v0=6ffbb59b2300aae63f272406069a9788598b792a944a07aba816edb039989a39,v1=" +
                    std::string(kGood) + ",t=1767225600"),
            "good");
  EXPECT_EQ(outcome("t=1767225600,v0=" + std::string(kGood)), "form") << "another scheme's is no signature";
}

TEST(StripeSignature, IsGoodFor300SecondsEitherWay) {
  const std::string value = header({kGood});
  EXPECT_EQ(outcome(value, kBody, (kSigned + 300) * 1000), "good");
  EXPECT_EQ(outcome(value, kBody, (kSigned + 300) * 1000 + 1), "time");
  EXPECT_EQ(outcome(value, kBody, (kSigned - 300) * 1000), "good");
  EXPECT_EQ(outcome(value, kBody, (kSigned - 300) * 1000 - 1), "time");
  EXPECT_EQ(outcome(header({kOther}), kBody, (kSigned + 301) * 1000), "wrong") << "a forger learns no times";
}

TEST(StripeSignature, IsReadWithLimits) {
  const std::string good(kGood);
  for (const std::string& value : std::vector<std::string>{
           "", ",", "t", "t=", "v1=" + good, "t=1767225600",
           "t=1767225600,v1=", "t=1767225600,v1=" + good + "0", "t=1767225600,t=1767225600,v1=" + good,
           "t=-1,v1=" + good, "t=+1767225600,v1=" + good, "t= 1767225600,v1=" + good,
           "t=1767225600.0,v1=" + good, "t=99999999999999999999,v1=" + good,
           "t=1767225600,v1=44BF8974426AAB9D582D8DCA91D74FF67647730F48486FC41C8B5DFDE7A06DC7",
           "t=1767225600, v1=" + good + ",x",
           "t=1767225600,v1=" + good + "," + std::string(2048, 'x') + "=1"}) {
    EXPECT_EQ(outcome(value), "form") << value;
  }
  std::string many = "t=1767225600";
  for (int i = 0; i < 14; ++i) many += ",v1=" + std::string(kOther);
  EXPECT_EQ(outcome(many + ",v1=" + good), "good");
  EXPECT_EQ(outcome(many + ",v0=1,v1=" + good), "form") << "sixteen elements and no more";
}

}  // namespace
}  // namespace cogos::checkout
