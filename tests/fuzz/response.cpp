// What an upstream answers: bounded, and the same whether it comes at once or byte by byte.
#include "fuzz.hpp"
#include "net/response_parser.hpp"

namespace {

using namespace cogos;
using State = net::ResponseParser::State;

constexpr std::size_t kMaxBody = 512;

struct Outcome {
  State state = State::need_more;
  http::OutgoingResponse response;
};

Outcome read(std::string_view bytes, std::size_t step, bool to_head) {
  net::ResponseParser parser(kMaxBody, to_head);
  Outcome outcome;
  std::size_t taken = 0;
  std::size_t available = 0;
  while (outcome.state == State::need_more && available < bytes.size()) {
    available = std::min(bytes.size(), available + step);
    auto input = bytes.substr(taken, available - taken);
    outcome.state = parser.read(input);
    taken = available - input.size();
  }
  if (outcome.state == State::need_more) outcome.state = parser.end_of_input();
  if (outcome.state == State::done) {
    static_cast<void>(parser.keep_alive());
    outcome.response = parser.take();
  }
  return outcome;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using fuzz::expect;
  if (size == 0) return 0;
  // The first byte says what the request was, so that both kinds come up.
  const bool to_head = data[0] == 'H';
  constexpr std::size_t kLongest = 4096;
  const auto bytes = fuzz::text(data + 1, std::min(size - 1, kLongest));
  const Outcome whole = read(bytes, kLongest, to_head);
  const Outcome slow = read(bytes, 1, to_head);

  expect(whole.response.body.size() <= kMaxBody, "a body is bounded");
  expect(!to_head || whole.response.body.empty(), "an answer to HEAD has no body");
  expect((whole.state == State::done) == (slow.state == State::done),
         "the pieces do not decide what is whole");
  if (whole.state == State::done) {
    expect(whole.response.status >= 200 && whole.response.status <= 999, "interim answers are passed over");
    expect(whole.response.status == slow.response.status && whole.response.body == slow.response.body &&
               whole.response.content_type == slow.response.content_type,
           "the pieces do not change the answer");
  }
  return 0;
}
