#pragma once

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <chrono>
#include <exception>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/json.hpp"
#include "engine/inference_engine.hpp"
#include "engine/upstream.hpp"
#include "http/outgoing.hpp"

namespace cogos::engine::test {

inline constexpr const char* kKey = "sk-Very/Secret";

/// A body in the pieces that a test wants, and then its end or a failure.
class RecordedStream final : public http::OutgoingStream {
 public:
  RecordedStream(int status, std::vector<std::string> pieces, std::optional<Error> failure)
      : status_(status), pieces_(std::move(pieces)), failure_(std::move(failure)) {}
  [[nodiscard]] int status() const noexcept override { return status_; }
  http::Task<Result<bool>> next(std::string& piece) override {
    if (given_ == pieces_.size()) {
      if (failure_) co_return *failure_;
      co_return false;
    }
    piece = pieces_[given_++];
    co_return true;
  }

 private:
  const int status_;
  const std::vector<std::string> pieces_;
  const std::optional<Error> failure_;
  std::size_t given_ = 0;
};

/// Plays one answer to every request, and keeps the requests.
class RecordedClient final : public http::HttpClient {
 public:
  Result<http::OutgoingResponse> answer = http::OutgoingResponse{};
  std::vector<http::OutgoingRequest> requests;
  /// Of an answer that is streamed: its body, and how it fails at the end.
  std::vector<std::string> pieces;
  std::optional<Error> failure;
  /// Holds each answer back until the call is cancelled.
  bool stalled = false;

  void play(int status, std::string body) {
    http::OutgoingResponse response;
    response.status = status;
    response.content_type = "application/json";
    response.body = std::move(body);
    answer = std::move(response);
  }

  http::Task<Result<http::OutgoingResponse>> send(const http::OutgoingRequest& request,
                                                  http::Cancellation& cancellation) override {
    requests.push_back(request);
    if (stalled) {
      using Timer = boost::asio::basic_waitable_timer<
          std::chrono::steady_clock, boost::asio::wait_traits<std::chrono::steady_clock>, http::Executor>;
      const auto executor = co_await boost::asio::this_coro::executor;
      Timer forever(executor, std::chrono::hours(1));
      std::function<void()> wake = [&forever] { forever.cancel(); };
      cancellation.on_request(std::move(wake));
      boost::system::error_code ignored;
      constexpr boost::asio::use_awaitable_t<http::Executor> token{};
      auto quiet = boost::asio::redirect_error(token, ignored);
      co_await forever.async_wait(quiet);
      cancellation.on_request(nullptr);
    }
    co_return answer;
  }

  http::Task<Result<std::unique_ptr<http::OutgoingStream>>> open(
      const http::OutgoingRequest& request, http::Cancellation& /*cancellation*/) override {
    requests.push_back(request);
    if (!answer) co_return answer.error();
    std::unique_ptr<http::OutgoingStream> stream =
        std::make_unique<RecordedStream>(answer->status, pieces, failure);
    co_return stream;
  }
};

/// Runs one call to its end; `meanwhile` runs on its strand once the call waits.
inline Result<InferenceReply> run(InferenceEngine& engine, const InferenceRequest& request,
                                  http::Cancellation& cancellation,
                                  const std::function<void()>& meanwhile = {}) {
  boost::asio::io_context loop;
  const http::Executor strand = boost::asio::make_strand(loop.get_executor());
  std::optional<Result<InferenceReply>> outcome;
  boost::asio::co_spawn(strand, engine.complete(request, cancellation),
                        [&outcome](const std::exception_ptr& thrown, Result<InferenceReply> result) {
                          if (thrown) std::rethrow_exception(thrown);
                          outcome = std::move(result);
                        });
  if (meanwhile) boost::asio::post(strand, meanwhile);
  loop.run();
  return outcome.value();
}

inline Result<InferenceReply> run(InferenceEngine& engine, const InferenceRequest& request) {
  http::Cancellation cancellation;
  return run(engine, request, cancellation);
}

/// What a stream gave until its end or failure.
struct Streamed {
  std::vector<std::string> words;
  std::vector<ToolCallPiece> calls;
  std::optional<Error> failure;
  InferenceReply reply;
};

inline http::Task<void> read_stream(InferenceEngine& engine, const InferenceRequest& request,
                                    http::Cancellation& cancellation, Streamed& streamed) {
  Result<std::unique_ptr<InferenceStream>> stream = co_await engine.stream(request, cancellation);
  if (!stream) {
    streamed.failure = stream.error();
    co_return;
  }
  AnswerPiece piece;
  for (bool more = true; more;) {
    const Result<bool> read = co_await (*stream)->next(piece);
    if (!read) streamed.failure = read.error();
    more = read && *read;
    if (more && !piece.words.empty()) streamed.words.push_back(piece.words);
    if (more) streamed.calls.insert(streamed.calls.end(), piece.calls.begin(), piece.calls.end());
  }
  streamed.reply = (*stream)->so_far();
}

inline Streamed run_stream(InferenceEngine& engine, const InferenceRequest& request) {
  boost::asio::io_context loop;
  http::Cancellation cancellation;
  Streamed streamed;
  boost::asio::co_spawn(boost::asio::make_strand(loop.get_executor()),
                        read_stream(engine, request, cancellation, streamed),
                        [](const std::exception_ptr& thrown) {
                          if (thrown) std::rethrow_exception(thrown);
                        });
  loop.run();
  return streamed;
}

inline UpstreamOptions options_for(std::string url, std::string key = {}) {
  UpstreamOptions options;
  options.url = std::move(url);
  options.api_key = UpstreamKey(std::move(key));
  options.timeout = std::chrono::milliseconds(1234);
  return options;
}

inline InferenceRequest short_request() {
  InferenceRequest request;
  request.model = "m";
  request.messages.push_back({"user", "Hello, world!"});
  return request;
}

/// Every setting that a request can carry.
inline InferenceRequest full_request() {
  InferenceRequest request;
  request.model = "llama3.1:8b";
  request.messages.push_back({"developer", "Be brief."});
  request.messages.push_back({"system", "Be kind."});
  request.messages.push_back({"user", "Grüß \"Gott\"\n"});
  request.messages.push_back({"assistant", "Servus"});
  request.schema = Json::parse(R"({"type":"object","properties":{"n":{"type":"integer"}}})");
  request.schema_name = "number";
  request.temperature = 0.25;
  request.top_p = 1.0;
  request.seed = -7;
  request.max_tokens = 4294967295U;
  request.stop = {"END", "\n\n"};
  return request;
}

/// One line of a table of answers that must be refused.
struct Hostile {
  std::string what;
  std::string body;
};

/// Bodies that are no answer in any API.
inline std::vector<Hostile> hostile_bodies() {
  using namespace std::string_literals;
  const std::string deep(100'000, '[');
  return {{"empty", ""},
          {"blank", " \n"},
          {"not JSON", "<html>Bad gateway</html>"},
          {"cut short", R"({"message":{"content":"He)"},
          {"two values", "{}{}"},
          {"event stream", "data: {}\n\n"},
          {"null", "null"},
          {"array", "[]"},
          {"string", R"("hello")"},
          {"number", "1"},
          {"empty object", "{}"},
          {"raw NUL", "{\"message\":{\"content\":\"a\0b\"}}"s},
          {"NUL alone", "\0"s},
          {"trailing NUL", "{}\0"s},
          {"byte-order mark", "\xEF\xBB\xBF{}"},
          {"invalid UTF-8", "{\"message\":{\"content\":\"\xC3(\"}}"},
          {"overlong UTF-8", "{\"message\":{\"content\":\"\xC0\x80\"}}"},
          {"lone surrogate", R"({"message":{"content":"\ud800"}})"},
          {"NaN", R"({"a":NaN})"},
          {"beyond a double", R"({"a":1e999})"},
          {"deep arrays", deep},
          {"deep objects", R"({"a":)" + deep},
          {"duplicate members", R"({"a":1,"a":1})"},
          {"error object", R"({"error":{"message":"out of memory"}})"},
          {"error string", R"({"error":"model not found"})"},
          {"error of another type", R"({"error":0})"}};
}

/// Values that are no count of tokens.
inline std::vector<std::string> hostile_counts() {
  return {"-1",
          "1.5",
          "\"1\"",
          "true",
          "[]",
          "{}",
          "1e300",
          "9007199254740992",
          "1e15",
          "-0.0",
          "18446744073709551615",
          "123456789012345678901234567890"};
}

}  // namespace cogos::engine::test
