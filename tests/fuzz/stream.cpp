// Captured streams: a receipt that is found covers a prefix of the capture that ends where a line begins; and
// the lines of an upstream are the same wherever its bytes are cut.
#include "cogos/receipt.hpp"
#include "engine/line_reader.hpp"
#include "fuzz.hpp"

namespace {

using namespace cogos;
using fuzz::expect;

void check_receipt(std::string_view capture) {
  const auto found = find_stream_receipt(capture);
  if (!found) return;
  expect(capture.starts_with(found->body), "what is covered is the start of the capture");
  expect(found->body.empty() || found->body.ends_with('\n'), "whole lines are covered");
  expect(capture.ends_with("\n\n") && !found->attestation.empty(), "nothing of the receipt is cut off");
  expect(found->complete == capture.ends_with("\n\ndata: [DONE]\n\n"), "a whole answer ends with [DONE]");
}

std::string lines_of(std::string_view bytes, std::size_t step) {
  engine::LineReader reader;
  std::string lines;
  for (std::size_t at = 0; at < bytes.size(); at += step) {
    reader.add(bytes.substr(at, step));
    for (auto line = reader.next(); line && *line; line = reader.next()) lines += **line + "\n";
  }
  return lines;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto bytes = fuzz::text(data, size);
  check_receipt(bytes);
  expect(lines_of(bytes, 1) == lines_of(bytes, bytes.size() + 1),
         "lines do not depend on where bytes are cut");
  return 0;
}
