#include "stages/idempotency_gate.hpp"

#include <utility>

#include "base/wipe.hpp"
#include "crypto/hash.hpp"
#include "http/await_callback.hpp"
#include "http/idempotency_key.hpp"
#include "http/router.hpp"
#include "keys/key_record.hpp"
#include "stages/kept_stream.hpp"

namespace cogos::stages {
namespace {

using Answer = AnswerShelf::Answer;

/// Leaves its answer.
class First final : public http::Repetition {
 public:
  First(std::shared_ptr<AnswerShelf> shelf, const AnswerShelf::Slot& slot)
      : shelf_(std::move(shelf)), slot_(slot) {}
  First(const First&) = delete;
  First& operator=(const First&) = delete;
  ~First() override {
    base::wipe(answer_.body);
    // Without an effect where there is an answer.
    shelf_->give_up(slot_);
  }

  [[nodiscard]] bool repeats() const noexcept override { return false; }
  http::Task<Result<http::Response>> former() override {
    co_return Error(ErrorCode::internal, "internal error", "a first request has no former one");
  }

  void begin(const http::Response& response) override {
    answer_.status = response.status;
    answer_.headers = response.headers;
    // A failure of ours or an upstream's may be over the next time, and who left got no answer at all.
    stands_ = response.status < 499 && !response.secret;
  }

  void add(std::string_view piece) override {
    if (!stands_ || too_long_) return;
    const std::size_t bytes = answer_.body.size() + piece.size();
    if (bytes > shelf_->bounds().longest || !shelf_->under_way().take(piece.size(), held_)) {
      too_long_ = true;
      base::wipe(answer_.body);
      held_.release();
      return;
    }
    answer_.body += piece;
  }

  void publish(http::BodyStream::Tail tail) override {
    if (!stands_) return;
    if (too_long_) {
      shelf_->keep_fact(slot_);
      return;
    }
    answer_.tail = std::move(tail);
    shelf_->keep(slot_, std::move(answer_));
  }

 private:
  const std::shared_ptr<AnswerShelf> shelf_;
  const AnswerShelf::Slot slot_;
  Answer answer_;
  http::Budget::Share held_;
  bool stands_ = false;
  bool too_long_ = false;
};

/// Is given the first one's.
class Repeat final : public http::Repetition {
 public:
  Repeat(std::shared_ptr<AnswerShelf> shelf, const AnswerShelf::Slot& slot)
      : shelf_(std::move(shelf)), slot_(slot) {}

  [[nodiscard]] bool repeats() const noexcept override { return true; }

  http::Task<Result<http::Response>> former() override {
    auto start = [this](AnswerShelf::Waiter done) { shelf_->fetch(slot_, std::move(done)); };
    http::Task<AnswerShelf::Found> fetching = http::await_callback<AnswerShelf::Found>(std::move(start));
    const AnswerShelf::Found found = co_await std::move(fetching);
    if (!found) co_return found.error();
    Answer answer = shelf_->open(slot_, **found);
    http::Response response;
    response.status = answer.status;
    response.headers = std::move(answer.headers);
    response.headers.set("Idempotency-Replayed", "true");
    if (answer.tail) {
      response.stream = std::make_unique<KeptStream>(std::move(answer.body), std::move(answer.tail));
    } else {
      response.body = std::move(answer.body);
    }
    co_return response;
  }

  void begin(const http::Response& /*response*/) override {}
  void add(std::string_view /*piece*/) override {}
  void publish(http::BodyStream::Tail /*tail*/) override {}

 private:
  const std::shared_ptr<AnswerShelf> shelf_;
  const AnswerShelf::Slot slot_;
};

AnswerShelf::Question question_of(const http::Exchange& exchange, std::string_view name) {
  const std::string& key_id = exchange.principal->key_id;
  std::string slot("cogos/idempotency/v1\n");
  slot.append(key_id).append("\n").append(name);
  std::string request(exchange.request.method);
  request.append("\n").append(exchange.request.target).append("\n").append(exchange.request_sha256);
  return {crypto::sha256(as_bytes(slot)), crypto::sha256(as_bytes(request)), key_id};
}

}  // namespace

Result<void> IdempotencyGate::pass(http::Exchange& exchange) {
  if (!exchange.route || !exchange.route->metered || !exchange.principal || exchange.fault) return {};
  const auto name = http::read_idempotency_key(exchange.request.headers);
  if (!name) return name.error();
  if (!*name) return {};
  const AnswerShelf::Question question = question_of(exchange, **name);
  const auto standing = shelf_->ask(question);
  if (!standing) return standing.error();
  switch (*standing) {
    case AnswerShelf::Standing::first:
      exchange.repetition = std::make_unique<First>(shelf_, question.slot);
      // A client whose connection broke is the one that asks again.
      exchange.cancellation.outlive_client();
      return {};
    case AnswerShelf::Standing::equal:
      exchange.repetition = std::make_unique<Repeat>(shelf_, question.slot);
      return {};
    case AnswerShelf::Standing::other:
      break;
  }
  return Error(
             ErrorCode::idempotency_key_reused,
             "this Idempotency-Key was used for another request within the last ten minutes; take a new one")
      .with_param("Idempotency-Key");
}

}  // namespace cogos::stages
