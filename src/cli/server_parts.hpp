#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/time.hpp"
#include "cli/probe_transport.hpp"
#include "cogos/audit_chain.hpp"
#include "cogos/result.hpp"
#include "crypto/secret.hpp"
#include "crypto/x25519.hpp"

namespace cogos::cli {

/// One call of the operators' API.
struct AdminRequest {
  std::string server;  ///< `https://host` or `https://host:port`, nothing after it.
  std::string method;
  std::string path;  ///< With its query, percent-encoded.
  std::string body;  ///< JSON; empty for none.
  /// Certificates to trust instead of the system's, as PEM text; nothing: the system's.
  std::optional<std::string> ca_pem;
};

struct AdminResponse {
  int status = 0;
  crypto::SecretText body;  ///< Of a newly issued key it carries the secrets.
};

/// How the admin commands reach a server.
class AdminTransport {
 public:
  AdminTransport() = default;
  AdminTransport(const AdminTransport&) = delete;
  AdminTransport& operator=(const AdminTransport&) = delete;
  virtual ~AdminTransport() = default;

  /// Blocks until the answer is there. `admin_key` goes into X-Admin-Key, never into an error. Any status is
  /// a success; fails (with unreadable_input, upstream_error or upstream_timeout) where there was no answer,
  /// and before sending anything where the server's certificate is not trusted or names another host.
  [[nodiscard]] virtual Result<AdminResponse> send(const AdminRequest& request,
                                                   const crypto::SecretText& admin_key) = 0;
};

/// Where a machine's own server is to be looked for.
struct OwnServer {
  std::string config_file;  ///< As `serve` has it; empty: none.
  std::optional<std::string> listen;
};
struct OwnDoor {
  std::string origin;       ///< On a loopback address.
  bool front_door = false;  ///< It wants to hear that a front door took the request by https.
};

/// What `serve` was called with; each flag given wins over environment and file.
struct ServeOptions {
  std::string config_file;
  bool dev = false;
  std::optional<std::string> data_dir;
  std::optional<std::string> listen;  ///< `ADDR:PORT`, not looked at yet.
};

/// What an offline check of a data directory found.
struct FsckReportView {
  std::vector<ChainReport> chains;
  /// What is wrong with the store beyond a chain (an index that contradicts the rows, a damaged page), in
  /// words.
  std::vector<std::string> problems;
  std::uint64_t rows = 0;
  std::uint64_t file_bytes = 0;  ///< Of the database.
  std::uint64_t free_bytes = 0;  ///< Of these, for rows to come.
};

/// What `prune` was called with.
struct PruneOrder {
  std::string data_dir;
  TimePoint before;
  std::optional<std::string> tenant_id;
  std::optional<std::string> app_id;  ///< Only with tenant_id.
  std::optional<std::string> config_file;
};

struct PrunedChain {
  std::string tenant_id;
  std::string app_id;
  std::uint64_t up_to_seq = 0;
  std::uint64_t rows = 0;   ///< Whose content this run erased.
  std::uint64_t bytes = 0;  ///< Of these contents.
};

struct PruneReport {
  std::vector<PrunedChain> chains;  ///< Those with something to erase.
  std::uint64_t file_bytes = 0;     ///< Of the database, afterwards.
  std::uint64_t free_bytes = 0;     ///< Of these, for rows to come.
  /// Directories beside the store that hold another one, in which nothing was erased.
  std::vector<std::string> other_copies;

  [[nodiscard]] std::uint64_t rows() const noexcept { return sum(&PrunedChain::rows); }
  [[nodiscard]] std::uint64_t bytes() const noexcept { return sum(&PrunedChain::bytes); }

 private:
  [[nodiscard]] std::uint64_t sum(std::uint64_t PrunedChain::*member) const noexcept {
    std::uint64_t total = 0;
    for (const PrunedChain& chain : chains) total += chain.*member;
    return total;
  }
};

/// What `backup` was called with.
struct BackupOrder {
  std::string data_dir;
  std::string to;                             ///< A file that does not exist yet.
  std::optional<std::string> recipient_file;  ///< An X25519 public key, PEM; else that of the settings.
  std::optional<std::string> config_file;
};

struct BackupReport {
  TimePoint created_at;  ///< The store as it was then.
  std::uint64_t chains = 0;
  std::uint64_t rows = 0;
  std::uint64_t store_bytes = 0;
  std::uint64_t sealed_bytes = 0;
  std::vector<std::string> left_over;  ///< Why what killed backups left could not be removed.
};

/// What `restore` was called with.
struct RestoreOrder {
  std::string from;
  std::string data_dir;
  std::optional<std::string> config_file;
  bool force = false;  ///< Although the present store has rows that the backup has not.
};

struct RestoreReport {
  struct Lost {
    std::string tenant_id;
    std::string app_id;
    std::uint64_t rows = 0;
  };
  TimePoint created_at;  ///< When the backup was made.
  std::uint64_t chains = 0;
  std::uint64_t rows = 0;
  /// What the store that was replaced had beyond the backup; nothing where that could not be read.
  std::optional<std::vector<Lost>> lost;
  std::string replaced_dir;  ///< Where that store is now; empty where there was none.
};

/// What `dek rotate` was called with; the keys themselves are in the environment.
struct DekOrder {
  std::string data_dir;
  std::optional<std::string> config_file;
};

struct DekReport {
  std::uint64_t keys = 0;  ///< Whose secrets were sealed anew.
  /// Directories beside the store that hold another one, which is under the former key.
  std::vector<std::string> other_copies;
};

/// What a check of a settings file found.
struct ConfigReport {
  std::vector<std::string> problems;  ///< Each would stop the start; in words, with the remedy.
  std::vector<std::string> warnings;  ///< Each is allowed and deserves a look.
  /// The settings that would be in force, `name = value` a line, without secrets.
  std::vector<std::string> settings;
};

/// What the server's program brings to the command line. All of it is set where run() is called.
struct ServerParts {
  AdminTransport* admin = nullptr;
  /// Fails where the directory holds no store or it could not be read; breaks are in the report.
  std::function<Result<FsckReportView>(const std::string& data_dir)> fsck;
  /// Fails where there is no store or a server has it, and where it could not be done to its end; it may be
  /// run again then.
  std::function<Result<PruneReport>(const PruneOrder&)> prune;
  std::function<Result<BackupReport>(const BackupOrder&)> backup;
  /// With the private key that the backup is sealed to.
  std::function<Result<RestoreReport>(const RestoreOrder&, const crypto::X25519PrivateKey&)> restore;
  std::function<Result<DekReport>(const DekOrder&)> rotate_dek;
  /// Throws std::runtime_error where what is to be trusted holds no certificate.
  std::function<std::unique_ptr<ProbeTransport>(const ProbeTrust&)> probe;
  /// Fails where the settings could not be read, or none of the listeners can be reached over loopback.
  std::function<Result<OwnDoor>(const OwnServer&)> own_door;
  /// Fails where the file could not be read; a file that does not parse is a problem in the report.
  std::function<Result<ConfigReport>(const std::string& config_file)> check_config;
  /// Returns when the server has stopped; the value is the program's exit code.
  std::function<int(const ServeOptions&)> serve;
};

}  // namespace cogos::cli
