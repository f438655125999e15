#include "cli/cli_test.hpp"

#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>

#include "base/encoding.hpp"
#include "cli/run.hpp"
#include "crypto/ed25519.hpp"
#include "crypto/x25519.hpp"

namespace cogos::test {

CliTest::CliTest() {
  std::string pattern = ::testing::TempDir() + "cogos-cli-XXXXXX";
  if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("no directory for the test");
  directory_ = pattern;
}

CliTest::~CliTest() {
  std::error_code ignored;
  std::filesystem::remove_all(directory_, ignored);
}

Outcome CliTest::run(std::vector<std::string> arguments, const std::string& input) {
  return run_with(cli::run, std::move(arguments), input);
}

Outcome CliTest::run_verifier(std::vector<std::string> arguments, const std::string& input) {
  return run_with(cli::run_verifier, std::move(arguments), input);
}

Outcome CliTest::run_with(Run program, std::vector<std::string> arguments, const std::string& input) {
  std::istringstream in(input);
  std::ostringstream out;
  std::ostringstream err;
  const auto variable = [this](const std::string& name) {
    const auto found = environment_.find(name);
    return found == environment_.end() ? std::nullopt : std::optional<std::string>(found->second);
  };
  cli::CommandContext context{in, out, err, variable, random_, clock_, "1.0.0+abc1234", server_};
  std::vector<const char*> argv{"/usr/bin/cogos"};
  for (const auto& argument : arguments) argv.push_back(argument.c_str());
  const int code = program(static_cast<int>(argv.size()), argv.data(), context);
  return {code, out.str(), err.str()};
}

std::string CliTest::file(const std::string& name, std::string_view text) {
  std::ofstream(path(name), std::ios::binary) << text;
  return path(name);
}

std::string CliTest::content(const std::string& name) const {
  std::ostringstream text;
  text << std::ifstream(path(name), std::ios::binary).rdbuf();
  return text.str();
}

bool CliTest::exists(const std::string& name) const {
  return std::filesystem::exists(path(name));
}

unsigned CliTest::mode(const std::string& name) const {
  struct stat status {};
  return ::stat(path(name).c_str(), &status) == 0 ? status.st_mode & 07777U : 0;
}

std::string unhex(const Json& hex) {
  return std::string(as_text(base::from_hex(hex.get<std::string>()).value()));
}

std::string x25519_private_pem(std::uint8_t byte) {
  ByteArray<32> raw;
  raw.fill(byte);
  return std::string(crypto::X25519PrivateKey::from_raw(raw).reveal_pem().reveal());
}

std::string ed25519_private_pem(std::uint8_t byte) {
  ByteArray<32> seed;
  seed.fill(byte);
  return std::string(crypto::Ed25519PrivateKey::from_seed(seed).reveal_pem().reveal());
}

}  // namespace cogos::test
