#include "keys/rotation_answers.hpp"

#include <thread>

#include "keys/rotation_fixture.hpp"

namespace cogos::keys {
namespace {

class KeptAnswers : public RotationTest {
 protected:
  [[nodiscard]] RotationAnswers::Question ask(const std::string& idempotency_key,
                                              const std::string& body = "b") const {
    return {old.key_id, rotation_request(old.key_id, idempotency_key), body};
  }
  static std::string answer(const KeyRecord& fresh) { return "secrets of " + fresh.key_id; }
  void keep(const RotationAnswers::Question& question, const std::string& new_key_id,
            const std::string& body) {
    crypto::LockedBuffer room = answers.reserve().value();
    answers.publish(question.old_key_id, [&] {
      return std::optional(RotationAnswers::Answer{question, new_key_id, body, std::move(room)});
    });
  }
  void forget(const std::string& old_key_id) {
    answers.publish(old_key_id, [] { return std::optional<RotationAnswers::Answer>(); });
  }
  /// As a rotation that can be asked for again.
  KeyRecord rotate_and_keep(const std::string& idempotency_key) {
    const KeyRecord fresh = rotate(rotation_request(old.key_id, idempotency_key));
    keep(ask(idempotency_key), fresh.key_id, answer(fresh));
    return fresh;
  }
  /// One of another key.
  RotationAnswers::Question keep_another() {
    old = mint();
    keyring.put(old);
    rotate_and_keep("once");
    return ask("once");
  }
  std::string found(const RotationAnswers::Question& question) {
    std::string text = "(none)";
    answers.find(question, [&text](std::string_view body) { text = body; });
    return text;
  }

  int failures = 0;  ///< So many times no memory can be locked.
  RotationAnswers answers{keyring, clock, [this](std::size_t size) -> Result<crypto::LockedBuffer> {
                            if (failures-- > 0) return Error(ErrorCode::overloaded, "not now");
                            return crypto::LockedBuffer::allocate(size);
                          }};
};

TEST_F(KeptAnswers, TheSameQuestionHasTheSameAnswerForTenMinutes) {
  const KeyRecord fresh = rotate_and_keep("once");
  EXPECT_EQ(found(ask("once")), answer(fresh));
  clock.advance(RotationAnswers::kKept - std::chrono::milliseconds{1});
  EXPECT_EQ(found(ask("once")), answer(fresh));
  clock.advance(std::chrono::milliseconds{1});
  EXPECT_EQ(found(ask("once")), "(none)");
  EXPECT_EQ(answers.size(), 0U);
}

TEST_F(KeptAnswers, AnotherQuestionHasNone) {
  rotate_and_keep("once");
  EXPECT_EQ(found(ask("twice")), "(none)");
  EXPECT_EQ(found(ask("once", "another body")), "(none)");
  EXPECT_EQ(found({"another key", rotation_request("another key", "once"), "b"}), "(none)");
  EXPECT_NE(found(ask("once")), "(none)");
}

TEST_F(KeptAnswers, ASweepWipesWhatIsOldWithoutBeingAsked) {
  rotate_and_keep("once");
  answers.sweep();
  EXPECT_EQ(answers.size(), 1U);
  clock.advance(RotationAnswers::kKept);
  answers.sweep();
  EXPECT_EQ(answers.size(), 0U);
}

TEST_F(KeptAnswers, TheNextRotationAndTheStopWipe) {
  rotate_and_keep("once");
  const KeyRecord second = rotate_and_keep("twice");
  EXPECT_EQ(found(ask("once")), "(none)");
  EXPECT_EQ(found(ask("twice")), answer(second));
  EXPECT_EQ(answers.size(), 1U) << "one a key";
  forget(old.key_id);
  EXPECT_EQ(answers.size(), 0U);
  rotate_and_keep("thrice");
  answers.clear();
  EXPECT_EQ(answers.size(), 0U);
}

TEST_F(KeptAnswers, ARevokedOrQuarantinedKeyWipesAtOnceForWhoAsksAndWithTheNextSweep) {
  for (const bool of_new_key : {true, false}) {
    const KeyRecord fresh = rotate_and_keep("once");
    const std::string revoked = of_new_key ? fresh.key_id : old.key_id;
    keyring.change(revoked, [&](KeyRecord& key) { key.revoked_at = clock.now(); });
    EXPECT_EQ(found(ask("once")), "(none)");
    EXPECT_EQ(answers.size(), 0U);
    keep_another();
    keyring.change(old.key_id, [&](KeyRecord& key) { key.quarantined_at = clock.now(); });
    answers.sweep();
    EXPECT_EQ(answers.size(), 0U);
    old = mint();
    keyring.put(old);
  }
}

TEST_F(KeptAnswers, AreBoundedAndTheOldestGoes) {
  const auto first = keep_another();
  RotationAnswers::Question second;
  for (std::size_t i = 1; i < RotationAnswers::kMost; ++i) {
    clock.advance(std::chrono::milliseconds{1});
    const auto question = keep_another();
    if (i == 1) second = question;
  }
  EXPECT_NE(found(first), "(none)");
  clock.advance(std::chrono::milliseconds{1});
  keep_another();
  EXPECT_EQ(answers.size(), RotationAnswers::kMost);
  EXPECT_EQ(found(first), "(none)");
  EXPECT_NE(found(second), "(none)");
}

TEST_F(KeptAnswers, OlderOnesMakeWayWhereNoMoreMemoryCanBeLocked) {
  std::vector<RotationAnswers::Question> questions;
  for (int i = 0; i < 3; ++i) {
    questions.push_back(keep_another());
    clock.advance(std::chrono::milliseconds{1});
  }
  failures = 2;
  EXPECT_TRUE(answers.reserve());
  EXPECT_EQ(answers.size(), 1U);
  EXPECT_NE(found(questions[2]), "(none)");
  failures = 100;
  const auto refused = answers.reserve();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code(), ErrorCode::overloaded);
}

TEST_F(KeptAnswers, AnAnswerThatIsTooLongIsNotKept) {
  const KeyRecord fresh = rotate(rotation_request(old.key_id, "once"));
  const std::string longest(RotationAnswers::kLongest, 'x');
  keep(ask("once"), fresh.key_id, longest + "x");
  EXPECT_EQ(found(ask("once")), "(none)");
  keep(ask("once"), fresh.key_id, longest);
  EXPECT_EQ(found(ask("once")), longest);
}

TEST_F(KeptAnswers, WhoeverSeesTheNewKeyFindsTheAnswer) {
  for (int round = 0; round < 200; ++round) {
    old = mint();
    keyring.put(old);
    const auto question = ask("once");
    const std::size_t before = keyring.snapshot()->keys().size();
    crypto::LockedBuffer room = answers.reserve().value();
    const std::string body = "secrets";
    const std::jthread rotating([&] {
      answers.publish(old.key_id, [&] {
        const KeyRecord fresh = rotate(question.request);
        return std::optional(RotationAnswers::Answer{question, fresh.key_id, body, std::move(room)});
      });
    });
    while (keyring.snapshot()->keys().size() == before) std::this_thread::yield();
    ASSERT_EQ(found(question), body) << round;
  }
}

TEST_F(KeptAnswers, MayBeKeptAskedForAndSweptByManyThreads) {
  std::vector<RotationAnswers::Question> questions;
  for (int i = 0; i < 8; ++i) questions.push_back(keep_another());
  std::vector<std::jthread> threads;
  for (const auto& question : questions) {
    threads.emplace_back([&, question] {
      for (int i = 0; i < 200; ++i) {
        answers.find(question, [](std::string_view body) { EXPECT_TRUE(body.starts_with("secrets of ")); });
        answers.sweep();
      }
      forget(question.old_key_id);
    });
  }
  threads.clear();
  EXPECT_EQ(answers.size(), 0U);
}

}  // namespace
}  // namespace cogos::keys
