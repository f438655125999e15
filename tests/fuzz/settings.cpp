// Settings in TOML: a file is read or refused with a sentence.
#include "app/settings.hpp"

#include "fuzz.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using cogos::fuzz::expect;
  const auto settings = cogos::app::parse_settings(cogos::fuzz::text(data, size), "fuzz.toml");
  if (!settings) {
    expect(!settings.error().message().empty(), "a refusal says why");
    return 0;
  }
  expect(!cogos::app::describe(*settings).empty(), "what was read can be shown");
  return 0;
}
