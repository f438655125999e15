#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/json.hpp"
#include "base/random.hpp"
#include "base/time.hpp"
#include "cli/context.hpp"

namespace cogos::test {

/// Counts up, so that two keys differ and a test repeats.
class CountingRandom final : public Random {
 public:
  void fill(std::span<std::uint8_t> out) override {
    for (auto& byte : out) byte = next_++;
  }

 private:
  std::uint8_t next_ = 1;
};

class FixedClock final : public Clock {
 public:
  [[nodiscard]] TimePoint now() const override { return from_unix_ms(1763900000123); }
  [[nodiscard]] std::chrono::steady_clock::time_point monotonic() const override { return {}; }
};

/// What one call of the program did.
struct Outcome {
  int code = -1;
  std::string out;
  std::string err;

  [[nodiscard]] bool says(std::string_view text) const { return out.find(text) != std::string::npos; }
  [[nodiscard]] bool complains(std::string_view text) const { return err.find(text) != std::string::npos; }
  /// `out` as one line of JSON; throws where it is not.
  [[nodiscard]] Json json() const { return Json::parse(out); }
};

/// Runs commands in this process, in a directory of their own.
class CliTest : public ::testing::Test {
 protected:
  CliTest();
  ~CliTest() override;

  /// `arguments` without the program's name.
  Outcome run(std::vector<std::string> arguments, const std::string& input = {});
  Outcome run_verifier(std::vector<std::string> arguments, const std::string& input = {});

  /// Makes a file of the test's directory and gives its path.
  std::string file(const std::string& name, std::string_view content);
  [[nodiscard]] std::string path(const std::string& name) const { return directory_ + "/" + name; }
  [[nodiscard]] std::string content(const std::string& name) const;
  [[nodiscard]] bool exists(const std::string& name) const;
  /// The permission bits of a file.
  [[nodiscard]] unsigned mode(const std::string& name) const;

  std::map<std::string, std::string> environment_;
  cli::ServerParts server_;
  CountingRandom random_;
  FixedClock clock_;

 private:
  using Run = int (*)(int, const char* const*, cli::CommandContext&);
  Outcome run_with(Run program, std::vector<std::string> arguments, const std::string& input);

  std::string directory_;
};

/// The bytes that hex digits spell, as text.
[[nodiscard]] std::string unhex(const Json& hex);

/// An X25519 or Ed25519 private PEM from 32 times one byte.
[[nodiscard]] std::string x25519_private_pem(std::uint8_t byte);
[[nodiscard]] std::string ed25519_private_pem(std::uint8_t byte);

}  // namespace cogos::test
