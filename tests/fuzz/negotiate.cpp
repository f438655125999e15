// What clients say of codings, media types and the copies that they have: whatever comes, a resource answers
// with one of its forms, whole, or says why not. The first byte says which field it is.
#include <array>

#include "fuzz.hpp"
#include "http/accept.hpp"
#include "http/resource.hpp"

namespace {

using namespace cogos;

const http::Resource& resource() {
  static const std::string text(300, 'x');
  static const http::Resource made({"text/plain", "no-cache"}, http::Representations::of(text), "0123");
  return made;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using cogos::fuzz::expect;
  constexpr std::array<std::string_view, 4> kFields{"Accept-Encoding", "Accept", "If-None-Match", "If-Match"};
  if (size == 0) return 0;
  http::Request request;
  request.headers.add(kFields[*data % kFields.size()], std::string(cogos::fuzz::text(data + 1, size - 1)));
  static_cast<void>(http::prefers_html(request.headers));
  const http::Response answer = resource().answer(request);
  switch (answer.status) {
    case 200:
      expect(answer.headers.find("Content-Encoding") || answer.body.size() == 300, "the whole body");
      break;
    case 304:
      expect(answer.body.empty() && *data % kFields.size() == 2,
             "304 for If-None-Match alone, without a body");
      break;
    case 406:
      expect(*data % kFields.size() == 0, "406 for Accept-Encoding alone");
      break;
    case 412:
      expect(*data % kFields.size() == 3, "412 for If-Match alone");
      break;
    default:
      expect(false, "no other status");
  }
  return 0;
}
