// JSON that nobody vouches for: what is accepted has one canonical form, which is accepted and is its own
// form.
#include "base/json.hpp"

#include "fuzz.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using cogos::fuzz::expect;
  const auto text = cogos::fuzz::text(data, size);

  const auto parsed = cogos::base::parse_json(text);
  const auto direct = cogos::canonicalize_json(text);
  expect(parsed.has_value() == direct.has_value(), "parse_json and canonicalize_json accept the same texts");
  if (!parsed) {
    expect(!parsed.error().message().empty(), "a refusal says why");
    return 0;
  }
  const std::string canonical = cogos::base::canonical(*parsed);
  expect(canonical == *direct, "both ways lead to one canonical form");

  const auto again = cogos::base::parse_json(canonical);
  expect(again.has_value(), "the canonical form is accepted");
  expect(cogos::base::canonical(*again) == canonical, "the canonical form is a fixed point");
  return 0;
}
