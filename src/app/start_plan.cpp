#include "app/start_plan.hpp"

#include <filesystem>
#include <system_error>

#include "app/private_file.hpp"
#include "app/site_options.hpp"
#include "base/encoding.hpp"
#include "crypto/self_signed.hpp"

namespace cogos::app {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kDevListen = "127.0.0.1:8443";
constexpr std::string_view kDevDataDir = "cogos-data";
constexpr std::string_view kDevCert = "dev-cert.pem";
constexpr std::string_view kDevKey = "dev-key.pem";
constexpr std::size_t kMinAdminKey = 16;

Error missing(std::string message) {
  return {ErrorCode::invalid_request, std::move(message)};
}

/// The first that is given.
std::string choose(const std::optional<std::string>& flag, const std::optional<std::string>& environment,
                   const std::string& file) {
  if (flag) return *flag;
  return environment.value_or(file);
}

Result<void> make_data_dir(const fs::path& path) {
  std::error_code problem;
  if (fs::is_directory(path, problem)) return {};
  if (!fs::create_directory(path, problem)) {
    return missing("cannot make the data directory " + path.string() + ": " + problem.message());
  }
  fs::permissions(path, fs::perms::owner_all, problem);
  if (problem)
    return missing("cannot protect the data directory " + path.string() + ": " + problem.message());
  return {};
}

/// A random secret as hex that lies in a file of the data directory.
class DevSecrets {
 public:
  DevSecrets(fs::path directory, Random& random, std::vector<std::string>& made)
      : directory_(std::move(directory)), random_(random), made_(made) {}

  Result<crypto::SecretText> get(const std::string& name, const std::string& what) {
    const fs::path path = directory_ / name;
    auto kept = read_private_file(path);
    if (!kept) return kept.error();
    if (*kept) {
      made_.push_back(what + ": taken from " + path.string());
      return std::move(**kept);
    }
    crypto::Secret<32> bytes;
    random_.fill(bytes.reveal());
    std::string hex(64, '\0');
    base::to_hex(bytes.reveal(), hex.data());
    crypto::SecretText secret(std::move(hex));
    if (const auto written = write_private_file(path, secret.reveal()); !written) return written.error();
    made_.push_back(what + ": made, in " + path.string());
    return secret;
  }

 private:
  fs::path directory_;
  Random& random_;
  std::vector<std::string>& made_;
};

Result<void> dev_certificate(const Settings& settings, const Clock& clock, std::vector<std::string>& made) {
  if (fs::exists(settings.tls.cert_file) && fs::exists(settings.tls.key_file)) {
    made.push_back("TLS certificate: taken from " + settings.tls.cert_file);
    return {};
  }
  const auto pair = crypto::make_localhost_certificate(clock.now());
  if (const auto key = write_private_file(settings.tls.key_file, pair.private_key_pem.reveal()); !key) {
    return key.error();
  }
  if (const auto cert = write_private_file(settings.tls.cert_file, pair.certificate_pem); !cert) {
    return cert.error();
  }
  made.push_back("TLS certificate for localhost: made, in " + settings.tls.cert_file);
  return {};
}

using Environment = std::function<std::optional<std::string>(const std::string&)>;

Result<Settings> effective_settings(const cli::ServeOptions& options, const Environment& environment) {
  Settings settings;
  if (!options.config_file.empty()) {
    auto loaded = load_settings(options.config_file);
    if (!loaded) return loaded.error();
    settings = std::move(*loaded);
  }
  settings.store.data_dir = choose(options.data_dir, environment("COGOS_DATA_DIR"), settings.store.data_dir);
  settings.server.listen = choose(options.listen, environment("COGOS_LISTEN"), settings.server.listen);
  const bool ingress_only = settings.server.listen.empty() && !settings.ingress.plaintext_listen.empty();
  if (options.dev) {
    if (settings.store.data_dir.empty()) settings.store.data_dir = kDevDataDir;
    if (settings.server.listen.empty() && !ingress_only) settings.server.listen = kDevListen;
  }
  if (settings.store.data_dir.empty()) {
    return missing("no data directory: set store.data_dir, COGOS_DATA_DIR or --data-dir");
  }
  if (settings.server.listen.empty() && !ingress_only) {
    return missing("no address to listen on: set server.listen, COGOS_LISTEN or --listen");
  }
  const bool speaks_tls = !ingress_only || !settings.admin.listen.empty();
  const bool needs_certificate = speaks_tls && settings.tls.cert_file.empty();
  if (needs_certificate && !options.dev) {
    return missing(
        "no TLS certificate: set tls.cert_file and tls.key_file, or, without admin.listen, only "
        "ingress.plaintext_listen where a front door terminates TLS; `--dev` makes one for localhost");
  }
  if (needs_certificate) {
    const fs::path directory = settings.store.data_dir;
    settings.tls.cert_file = (directory / kDevCert).string();
    settings.tls.key_file = (directory / kDevKey).string();
  }
  return settings;
}

}  // namespace

Result<StartPlan> plan_start(const cli::ServeOptions& options, const SecretSources& sources,
                             const Clock& clock, Random& random) {
  auto effective = effective_settings(options, sources.environment);
  if (!effective) return effective.error();
  Settings settings = std::move(*effective);
  auto admin_key = find_secret(sources, "COGOS_ADMIN_KEY", "COGOS_ADMIN_KEY_FILE");
  if (!admin_key) return admin_key.error();
  if (admin_key->empty() && !options.dev) {
    return missing(
        "no admin key: set COGOS_ADMIN_KEY, for example to the output of `openssl rand -hex 32`, or "
        "COGOS_ADMIN_KEY_FILE to a file that holds it");
  }
  auto dek_hex = find_dek(sources, "COGOS_DEK");
  if (!dek_hex) return dek_hex.error();
  if (dek_hex->empty() && !options.dev) {
    return missing(
        "no data encryption key: set COGOS_DEK_HEX to 64 hex characters (`openssl rand -hex 32`), or "
        "COGOS_DEK_FILE to a file that holds them; keep it, the store opens with no other");
  }
  auto site = load_site_options(settings, sources.environment, clock.now());
  if (!site) return site.error();
  if (const auto made = make_data_dir(settings.store.data_dir); !made) return made.error();

  std::vector<std::string> made;
  DevSecrets secrets(settings.store.data_dir, random, made);
  if (admin_key->empty()) {
    admin_key = secrets.get("admin-key", "admin key");
    if (!admin_key) return admin_key.error();
  }
  if (admin_key->reveal().size() < kMinAdminKey) {
    return missing("the admin key is too short to be safe: use 16 characters or more");
  }
  if (dek_hex->empty()) {
    dek_hex = secrets.get("dek.hex", "data encryption key");
    if (!dek_hex) return dek_hex.error();
  }
  auto dek = keys::Dek::from_hex(dek_hex->reveal());
  if (!dek) return dek.error();
  const bool own_certificate =
      options.dev && settings.tls.cert_file == fs::path(settings.store.data_dir) / kDevCert;
  if (own_certificate) {
    if (const auto written = dev_certificate(settings, clock, made); !written) return written.error();
  }
  auto read_again = [options, environment = sources.environment] {
    return effective_settings(options, environment);
  };
  return StartPlan{std::move(settings), std::move(*site), std::move(*admin_key),
                   std::move(*dek),     std::move(made),  std::move(read_again)};
}

}  // namespace cogos::app
