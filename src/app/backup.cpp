#include "app/backup.hpp"

#include <array>
#include <filesystem>
#include <fstream>

#include "app/operator_sealing_key.hpp"
#include "app/settings.hpp"
#include "app/temporary_directory.hpp"
#include "cli/new_file.hpp"
#include "proof/sealed_file.hpp"
#include "store/copy.hpp"
#include "store/data_directory.hpp"
#include "store/fsck.hpp"

namespace cogos::app {
namespace {

constexpr mode_t kPrivateMode = 0600;

Error unusable(std::string why) {
  return {ErrorCode::unreadable_input, std::move(why)};
}

Result<crypto::X25519PublicKey> recipient_of(const cli::BackupOrder& order) {
  std::string file = order.recipient_file.value_or("");
  if (order.config_file) {
    auto settings = load_settings(*order.config_file);
    if (!settings) return settings.error();
    if (file.empty()) file = settings->operator_.sealing_key_file;
  }
  const auto key = read_operator_sealing_key(file);
  if (!key) {
    return unusable(
        "to whom is the backup to be sealed? Give --recipient, or --config with operator.sealing_key_file; "
        "`cogos keygen x25519` makes a pair");
  }
  return *key;
}

Result<std::uint64_t> seal_file(const std::filesystem::path& file, const crypto::X25519PublicKey& recipient,
                                TimePoint created_at, Random& random, cli::NewFile& to) {
  std::uint64_t sealed = 0;
  auto sealer = proof::FileSealer::begin(recipient, created_at, random, [&](std::string_view bytes) {
    sealed += bytes.size();
    return to.write(bytes);
  });
  if (!sealer) return sealer.error();
  std::ifstream from(file, std::ios::binary);
  std::array<char, proof::kSealedChunk> piece{};
  while (from) {
    from.read(piece.data(), piece.size());
    const std::string_view bytes(piece.data(), static_cast<std::size_t>(from.gcount()));
    if (const auto written = sealer->write(as_bytes(bytes)); !written) return written.error();
  }
  if (!from.eof()) return unusable("the copy of the store could not be read again");
  if (const auto finished = sealer->finish(); !finished) return finished.error();
  if (const auto synced = to.sync(); !synced) return synced.error();
  return sealed;
}

Result<cli::BackupReport> make_backup(const cli::BackupOrder& order, const Clock& clock, Random& random) {
  const auto recipient = recipient_of(order);
  if (!recipient) return recipient.error();
  auto file = cli::NewFile::create(order.to, kPrivateMode);
  if (!file) return file.error();

  const TemporaryDirectory copy(order.data_dir, "backup", random);
  const TimePoint created_at = clock.now();
  store::copy_store(order.data_dir, store::database_file(copy.path()));
  const auto checked = store::fsck(copy.path());
  if (!checked) return checked.error();
  if (!checked->holds()) {
    return Error(ErrorCode::verification_failed,
                 "the store does not hold, so it was not backed up; run `cogos fsck` on it");
  }
  const auto sealed = seal_file(store::database_file(copy.path()), *recipient, created_at, random, *file);
  if (!sealed) return sealed.error();
  file->keep();
  return cli::BackupReport{created_at, checked->chains.size(), checked->rows, checked->space.file_bytes,
                           *sealed};
}

}  // namespace

Result<cli::BackupReport> backup(const cli::BackupOrder& order, const Clock& clock, Random& random) {
  try {
    return make_backup(order, clock, random);
  } catch (const std::exception& error) {
    return unusable(error.what());
  }
}

}  // namespace cogos::app
