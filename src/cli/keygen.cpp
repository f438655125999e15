#include <ostream>
#include <string>

#include "cli/command.hpp"
#include "cli/new_file.hpp"
#include "cli/report.hpp"
#include "crypto/ed25519.hpp"
#include "crypto/x25519.hpp"

namespace cogos::cli {
namespace {

constexpr mode_t kPrivateMode = 0600;
constexpr mode_t kPublicMode = 0644;

struct KeygenOptions {
  std::string prefix;
};

Result<void> write_pair(const KeygenOptions& options, const crypto::SecretText& private_pem,
                        const std::string& public_pem, CommandContext& context) {
  auto private_file = NewFile::create(options.prefix + ".pem", kPrivateMode);
  if (!private_file) return private_file.error();
  auto public_file = NewFile::create(options.prefix + ".pub.pem", kPublicMode);
  if (!public_file) return public_file.error();
  if (const auto written = private_file->write(private_pem.reveal()); !written) return written.error();
  if (const auto written = public_file->write(public_pem); !written) return written.error();
  private_file->keep();
  public_file->keep();
  context.out << "private key: " << printable(private_file->path())
              << "\npublic key: " << printable(public_file->path()) << '\n';
  return {};
}

template <class PrivateKey>
int keygen(const KeygenOptions& options, CommandContext& context) {
  const auto key = PrivateKey::generate(context.random);
  const auto written = write_pair(options, key.reveal_pem(), key.public_key().pem(), context);
  return written ? kDone : refuse(context, written.error());
}

template <class PrivateKey>
void add_kind(CLI::App& keygen_app, const std::string& name, const std::string& use,
              CommandContext& context) {
  CLI::App& app = *keygen_app.add_subcommand(name, use);
  auto options = std::make_shared<KeygenOptions>();
  app.add_option("--out", options->prefix, "Writes PREFIX.pem (mode 0600) and PREFIX.pub.pem")
      ->type_name("PREFIX")
      ->required();
  app.footer("Example:\n  cogos keygen " + name + " --out ./" + name);
  runs(app, std::move(options), context, keygen<PrivateKey>);
}

}  // namespace

void add_keygen(CLI::App& parent, CommandContext& context) {
  CLI::App& app =
      *parent.add_subcommand("keygen", "Make a key pair here, so that no server ever sees its private half");
  app.require_subcommand(1);
  add_kind<crypto::Ed25519PrivateKey>(
      app, "ed25519",
      "A key pair to sign requests with (`sign-request`). Existing files are never "
      "overwritten.",
      context);
  add_kind<crypto::X25519PrivateKey>(
      app, "x25519",
      "A key pair that audit rows are sealed to (`unseal`). Existing files are never "
      "overwritten.",
      context);
}

}  // namespace cogos::cli
