#include "app/offline_change.hpp"

#include <filesystem>
#include <system_error>

#include "app/operator_sealing_key.hpp"
#include "app/process_key.hpp"
#include "app/settings.hpp"
#include "base/build_info.hpp"
#include "store/data_directory.hpp"

namespace cogos::app {

Result<void> require_store(const std::string& data_dir) {
  std::error_code error;
  if (std::filesystem::is_regular_file(store::database_file(data_dir), error)) return {};
  return Error(ErrorCode::unreadable_input, "there is no store in " + data_dir + ": no cogos.db");
}

Result<std::optional<crypto::X25519PublicKey>> sealing_key_of(const std::optional<std::string>& config_file) {
  if (!config_file) return std::optional<crypto::X25519PublicKey>();
  const auto settings = load_settings(*config_file);
  if (!settings) return settings.error();
  return read_operator_sealing_key(settings->operator_.sealing_key_file);
}

OfflineStore::OfflineStore(std::string data_dir, const Clock& clock) : data_dir_(std::move(data_dir)) {
  store::StoreOptions options;
  options.data_dir = data_dir_;
  options.on_failure = [this](const Error& error) { failed_ = error; };
  store_ = std::make_unique<store::Store>(options, clock);
}

Result<void> OfflineStore::close() {
  store_->close();
  if (failed_) return Error(ErrorCode::unreadable_input, "the disk failed: " + failed_->detail());
  std::error_code missing;
  const auto log_bytes =
      std::filesystem::file_size(store::database_file(data_dir_).string() + "-wal", missing);
  if (missing || log_bytes == 0) return {};
  return Error(ErrorCode::unreadable_input,
               "another program has the database open, so its write-ahead log could not be emptied");
}

OfflineChange::OfflineChange(store::Store& store, const std::optional<crypto::X25519PublicKey>& sealing_key,
                             const Clock& clock, Random& random)
    : store_(store),
      clock_(clock),
      signer_(crypto::Ed25519PrivateKey::generate(random), std::string(build_rev())),
      rows_(signer_, random, sealing_key) {
  record_process_key(signer_, store_.attestation_keys(), rows_, clock_);
}

Result<void> OfflineChange::end(std::string event) {
  return record_process_end(signer_, store_.attestation_keys(), rows_, clock_, std::move(event));
}

}  // namespace cogos::app
