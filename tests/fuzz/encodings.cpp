// Hex, base64, base64url, times and UTF-8: what is accepted has one spelling, which is written again.
#include "base/encoding.hpp"
#include "base/time.hpp"
#include "base/utf8.hpp"
#include "fuzz.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace cogos;
  using fuzz::expect;
  const auto text = fuzz::text(data, size);
  if (const auto bytes = base::from_hex(text)) expect(base::to_hex(*bytes) == text, "hex has one spelling");
  if (const auto bytes = base::from_base64(text))
    expect(base::to_base64(*bytes) == text, "base64 has one spelling");
  if (const auto bytes = base::from_base64url(text)) {
    expect(base::to_base64url(*bytes) == text, "base64url has one spelling");
  }
  if (const auto time = from_rfc3339(text)) expect(to_rfc3339(*time) == text, "a time has one spelling");
  static_cast<void>(from_rfc3339_lenient(text));
  static_cast<void>(base::is_utf8(text));
  const ByteView raw(data, size);
  expect(base::from_base64(base::to_base64(raw)).has_value(), "what is encoded can be decoded");
  return 0;
}
