#include "proof/sealed_file.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "crypto/system_random.hpp"

namespace cogos::proof {
namespace {

class SealedFile : public ::testing::Test {
 protected:
  std::string seal(std::string_view content, std::size_t piece = 10'000) {
    std::string file;
    auto sealer =
        FileSealer::begin(key.public_key(), made, random, [&file](std::string_view bytes) -> Result<void> {
          file += bytes;
          return {};
        }).value();
    for (std::size_t at = 0; at < content.size(); at += piece) {
      EXPECT_TRUE(sealer.write(as_bytes(content.substr(at, piece))));
    }
    EXPECT_TRUE(sealer.finish());
    return file;
  }

  Result<std::string> open(std::string_view file, const crypto::X25519PrivateKey& with) {
    auto opener = FileOpener::begin(with, [&file](std::span<char> into) -> Result<std::size_t> {
      const std::size_t some = std::min(into.size(), file.size());
      std::copy_n(file.begin(), some, into.begin());
      file.remove_prefix(some);
      return some;
    });
    if (!opener) return opener.error();
    std::string content;
    std::vector<std::uint8_t> piece;
    for (;;) {
      const auto more = opener->next(piece);
      if (!more) return more.error();
      if (!*more) {
        EXPECT_EQ(opener->created_at(), made);
        return content;
      }
      content += as_text(piece);
    }
  }

  crypto::SystemRandom random;
  crypto::X25519PrivateKey key = crypto::X25519PrivateKey::generate(random);
  TimePoint made = from_unix_ms(1'700'000'000'123);
};

TEST_F(SealedFile, OpensWhateverItsLength) {
  for (const std::size_t size : {std::size_t{0}, std::size_t{1}, kSealedChunk - 1, kSealedChunk,
                                 kSealedChunk + 1, 2 * kSealedChunk, 3 * kSealedChunk + 7}) {
    const std::string content(size, 'x');
    const auto opened = open(seal(content), key);
    ASSERT_TRUE(opened) << size << ": " << opened.error().message();
    EXPECT_EQ(*opened, content) << size;
  }
}

TEST_F(SealedFile, EveryBitCounts) {
  const std::string file = seal(std::string(kSealedChunk + 100, 'x'));
  for (std::size_t at = 0; at < file.size(); at += at < 400 ? 1 : 977) {
    std::string altered = file;
    altered[at] = static_cast<char>(altered[at] ^ 1);
    EXPECT_FALSE(open(altered, key)) << at;
  }
}

TEST_F(SealedFile, DoesNotOpenWhereItWasCutOrLengthened) {
  const std::string file = seal(std::string(2 * kSealedChunk, 'x'));
  for (const std::size_t less : {std::size_t{1}, std::size_t{16}, std::size_t{17}, kSealedChunk + 16}) {
    EXPECT_FALSE(open(std::string_view(file).substr(0, file.size() - less), key)) << less;
  }
  EXPECT_FALSE(open(file + "x", key));
  EXPECT_FALSE(open("", key));
  EXPECT_FALSE(open("{}\n", key));
}

TEST_F(SealedFile, OpensForItsRecipientAlone) {
  const auto other = crypto::X25519PrivateKey::generate(random);
  EXPECT_FALSE(open(seal("secret"), other));
  EXPECT_EQ(seal("secret").find("secret"), std::string::npos);
  EXPECT_NE(seal("same"), seal("same"));
}

TEST_F(SealedFile, FailsAsItsSinkDoes) {
  auto sealer = FileSealer::begin(key.public_key(), made, random, [](std::string_view) -> Result<void> {
    return Error(ErrorCode::unreadable_input, "full");
  });
  EXPECT_FALSE(sealer);
}

}  // namespace
}  // namespace cogos::proof
