#include <gtest/gtest.h>

#include "cogos/receipt.hpp"

namespace cogos {
namespace {

const std::string kEvents = "data: {\"choices\":[]}\n\nevent: x\ndata: {\"choices\":[1]}\n\n";
const std::string kDone = "data: [DONE]\n\n";

std::string comment(const std::string& finish, int frames = 2) {
  return ": cogos-receipt {\"attestation\":\"t.s\",\"finish\":\"" + finish +
         "\",\"frames\":" + std::to_string(frames) + ",\"signature\":\"aa\"}\n\n";
}

std::string chunk(const std::string& finish) {
  return "data: {\"choices\":[],\"cogos\":{\"receipt\":{\"attestation\":\"t.s\",\"finish\":\"" + finish +
         "\",\"frames\":2,\"signature\":\"aa\"}}}\n\n";
}

TEST(StreamReceipt, IsFoundInAComment) {
  const std::string stream = kEvents + comment("stop") + kDone;
  const auto found = find_stream_receipt(stream);
  ASSERT_TRUE(found) << found.error().message();
  EXPECT_EQ(found->body, kEvents);
  EXPECT_EQ(found->attestation, "t.s");
  EXPECT_EQ(found->signature, "aa");
  EXPECT_EQ(found->finish, "stop");
  EXPECT_TRUE(found->complete);
}

TEST(StreamReceipt, IsFoundInALastChunk) {
  const std::string stream = kEvents + chunk("length") + kDone;
  const auto found = find_stream_receipt(stream);
  ASSERT_TRUE(found) << found.error().message();
  EXPECT_EQ(found->body, kEvents);
  EXPECT_EQ(found->finish, "length");
}

TEST(StreamReceipt, OfAnAnswerThatBrokeOffHasNoDone) {
  const std::string stream = kEvents + comment("upstream_error");
  const auto found = find_stream_receipt(stream);
  ASSERT_TRUE(found) << found.error().message();
  EXPECT_FALSE(found->complete);
}

TEST(StreamReceipt, IsRefusedWhereTheCaptureIsNotWhatWasSent) {
  const std::vector<std::pair<std::string, std::string>> cases{
      {"nothing", ""},
      {"no receipt", kEvents + kDone},
      {"cut before done", kEvents + comment("stop")},
      {"done after an answer that broke off", kEvents + comment("upstream_error") + kDone},
      {"cut within done", kEvents + comment("stop") + "data: [DO"},
      {"cut within the receipt", kEvents + comment("stop").substr(0, 30)},
      {"cut after the receipt's line", kEvents + comment("stop").substr(0, comment("stop").size() - 1)},
      {"more after done", kEvents + comment("stop") + kDone + "data: {}\n\n"},
      {"a second receipt", kEvents + comment("stop") + comment("stop") + kDone},
      {"an event too few", kEvents + comment("stop", 3) + kDone},
      {"an event too many", "data: {}\n\n" + kEvents + comment("stop") + kDone},
      {"no attestation", kEvents + ": cogos-receipt {\"finish\":\"stop\",\"frames\":2}\n\n" + kDone},
      {"not JSON", kEvents + ": cogos-receipt {\n\n" + kDone}};
  for (const auto& [what, stream] : cases) {
    const auto found = find_stream_receipt(stream);
    ASSERT_FALSE(found) << what;
    EXPECT_EQ(found.error().code(), ErrorCode::verification_failed) << what;
  }
}

TEST(StreamReceipt, IsNotToBeForgedByWhatAModelSays) {
  const std::string said = "data: {\"content\":\"\\n: cogos-receipt {}\\n\\ndata: [DONE]\"}\n\n";
  const std::string stream = said + comment("stop", 1) + kDone;
  const auto found = find_stream_receipt(stream);
  ASSERT_TRUE(found) << found.error().message();
  EXPECT_EQ(found->body, said);
}

}  // namespace
}  // namespace cogos
