#include "stages/answer_shelf.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <vector>

#include "crypto/hash.hpp"
#include "crypto/system_random.hpp"
#include "support/manual_clock.hpp"

namespace cogos::stages {
namespace {

using Standing = AnswerShelf::Standing;

AnswerShelf::Question question(const std::string& key_id, const std::string& name,
                               const std::string& request = "r") {
  return {crypto::sha256(as_bytes(key_id + "\n" + name)), crypto::sha256(as_bytes(request)), key_id};
}

class AnswerShelfTest : public ::testing::Test {
 protected:
  AnswerShelfTest() {
    bounds.answers = 6;
    bounds.answers_of_key = 4;
    bounds.bytes_of_key = 10'000;
    bounds.bytes = 20'000;
  }
  AnswerShelf& shelf() {
    if (!shelf_) shelf_.emplace(clock, random, bounds);
    return *shelf_;
  }
  Standing standing(const AnswerShelf::Question& asked) { return shelf().ask(asked).value(); }
  void answer(const std::string& key_id, const std::string& name, std::string body = "body") {
    const auto asked = question(key_id, name);
    ASSERT_EQ(standing(asked), Standing::first);
    AnswerShelf::Answer given;
    given.status = 201;
    given.headers.set("X-Cogos-Model", "m");
    given.body = std::move(body);
    shelf().keep(asked.slot, std::move(given));
  }
  /// The body, "first" where none came before, or the error's message.
  std::string ask(const std::string& key_id, const std::string& name) {
    const auto asked = question(key_id, name);
    if (standing(asked) == Standing::first) {
      shelf().give_up(asked.slot);
      return "first";
    }
    std::string body = "nobody called";
    shelf().fetch(asked.slot, [&](const AnswerShelf::Found& found) {
      body = found ? shelf().open(asked.slot, **found).body : found.error().message();
    });
    return body;
  }

  test::ManualClock clock;
  crypto::SystemRandom random;
  AnswerShelf::Bounds bounds;
  std::optional<AnswerShelf> shelf_;
};

TEST_F(AnswerShelfTest, AnEqualRequestGetsTheAnswerAndAnotherOneNothing) {
  answer("kid-1", "a");
  const auto asked = question("kid-1", "a");
  EXPECT_EQ(standing(asked), Standing::equal);
  EXPECT_EQ(standing(question("kid-1", "a", "another")), Standing::other);
  EXPECT_EQ(ask("kid-1", "b"), "first");
  EXPECT_EQ(ask("kid-2", "a"), "first") << "names are the key's own";
  std::optional<AnswerShelf::Answer> given;
  shelf().fetch(asked.slot,
                [&](const AnswerShelf::Found& found) { given = shelf().open(asked.slot, **found); });
  ASSERT_TRUE(given);
  EXPECT_EQ(given->status, 201);
  EXPECT_EQ(given->body, "body");
  EXPECT_EQ(given->headers.find("X-Cogos-Model"), "m");
  EXPECT_FALSE(given->tail);
}

TEST_F(AnswerShelfTest, KeepsItForTenMinutesFromTheAnswerOn) {
  const auto asked = question("kid-1", "a");
  ASSERT_EQ(standing(asked), Standing::first);
  clock.advance(std::chrono::hours{1});
  shelf().sweep();
  EXPECT_EQ(standing(asked), Standing::equal) << "a call on its way is not too old";
  shelf().keep(asked.slot, {200, {}, "late", {}});
  clock.advance(std::chrono::seconds{599});
  EXPECT_EQ(ask("kid-1", "a"), "late");
  clock.advance(std::chrono::seconds{1});
  shelf().sweep();
  EXPECT_EQ(shelf().size(), 0U);
  EXPECT_EQ(ask("kid-1", "a"), "first");
}

TEST_F(AnswerShelfTest, IsTooOldWithoutASweepAsWell) {
  answer("kid-1", "a");
  clock.advance(std::chrono::seconds{600});
  EXPECT_EQ(ask("kid-1", "a"), "first");
}

TEST_F(AnswerShelfTest, AKeyThatHasManyPushesOutItsOwnOldest) {
  answer("kid-2", "old");
  for (const char* name : {"a", "b", "c", "d", "e"}) answer("kid-1", name);
  EXPECT_EQ(ask("kid-1", "a"), "first");
  EXPECT_EQ(ask("kid-1", "b"), "body");
  EXPECT_EQ(ask("kid-2", "old"), "body");
}

TEST_F(AnswerShelfTest, AKeyWithLongAnswersPushesOutItsOwnOldest) {
  answer("kid-2", "old");
  answer("kid-1", "a", std::string(4'000, 'a'));
  answer("kid-1", "b", std::string(4'000, 'b'));
  EXPECT_EQ(ask("kid-1", "a"), "first");
  EXPECT_EQ(ask("kid-1", "b"), std::string(4'000, 'b'));
  EXPECT_EQ(ask("kid-2", "old"), "body");
}

TEST_F(AnswerShelfTest, OfAllAnswersTheOldestGoes) {
  for (int i = 0; i < 8; ++i) answer("kid-" + std::to_string(i), "a");
  EXPECT_EQ(shelf().size(), 6U);
  EXPECT_EQ(ask("kid-1", "a"), "first");
  EXPECT_EQ(ask("kid-2", "a"), "body");
}

TEST_F(AnswerShelfTest, ManyBytesPushOutTheOldest) {
  for (int i = 0; i < 3; ++i) answer("kid-" + std::to_string(i), "a", std::string(8'000, 'x'));
  EXPECT_EQ(ask("kid-0", "a"), "first");
  EXPECT_EQ(ask("kid-1", "a"), std::string(8'000, 'x'));
}

TEST_F(AnswerShelfTest, OfALongAnswerTheFactStays) {
  const auto asked = question("kid-1", "a");
  ASSERT_EQ(standing(asked), Standing::first);
  shelf().keep_fact(asked.slot);
  EXPECT_NE(ask("kid-1", "a").find("at a length that is not kept"), std::string::npos);
}

TEST_F(AnswerShelfTest, WhoWaitsIsToldHowItEnded) {
  for (const bool ends_well : {true, false}) {
    const auto asked = question("kid-1", ends_well ? "well" : "badly");
    ASSERT_EQ(standing(asked), Standing::first);
    std::vector<std::string> told;
    for (int i = 0; i < 3; ++i) {
      shelf().fetch(asked.slot, [this, &told, asked](const AnswerShelf::Found& found) {
        told.push_back(found ? shelf().open(asked.slot, **found).body
                             : std::to_string(found.error().retry_after_s().value_or(0)));
      });
    }
    EXPECT_TRUE(told.empty());
    if (ends_well) {
      shelf().keep(asked.slot, {200, {}, "body", {}});
    } else {
      shelf().give_up(asked.slot);
    }
    EXPECT_EQ(told, std::vector<std::string>(3, ends_well ? "body" : "1"));
  }
  EXPECT_EQ(ask("kid-1", "badly"), "first");
}

TEST_F(AnswerShelfTest, GivingUpTakesNoAnswerAway) {
  answer("kid-1", "a");
  shelf().give_up(question("kid-1", "a").slot);
  EXPECT_EQ(ask("kid-1", "a"), "body");
}

TEST_F(AnswerShelfTest, OfManyThreadsOneIsFirstAndAllGetItsAnswer) {
  constexpr int kThreads = 8;
  constexpr int kRounds = 200;
  bounds = {};
  AnswerShelf& shared = shelf();
  std::atomic<int> firsts{0};
  std::atomic<int> answers{0};
  std::vector<std::thread> threads;
  for (int thread = 0; thread < kThreads; ++thread) {
    threads.emplace_back([&] {
      for (int round = 0; round < kRounds; ++round) {
        const auto asked = question("kid-" + std::to_string(round % 7), std::to_string(round));
        if (*shared.ask(asked) == Standing::first) {
          ++firsts;
          shared.keep(asked.slot, {200, {}, "of round " + std::to_string(round), {}});
        } else {
          shared.fetch(asked.slot, [&shared, &answers, asked, round](const AnswerShelf::Found& found) {
            if (found && shared.open(asked.slot, **found).body == "of round " + std::to_string(round))
              ++answers;
          });
        }
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(firsts, kRounds);
  EXPECT_EQ(answers, (kThreads - 1) * kRounds);
}

}  // namespace
}  // namespace cogos::stages
