#include "app/backup.hpp"

#include <sys/stat.h>

#include <array>
#include <filesystem>
#include <fstream>

#include "app/offline_change.hpp"
#include "app/operator_sealing_key.hpp"
#include "app/refusals.hpp"
#include "app/settings.hpp"
#include "app/temporary_directory.hpp"
#include "app/whole_file.hpp"
#include "app/working_copies.hpp"
#include "proof/sealed_file.hpp"
#include "store/copy.hpp"
#include "store/data_directory.hpp"
#include "store/free_space.hpp"
#include "store/fsck.hpp"

namespace cogos::app {
namespace {

namespace fs = std::filesystem;

Result<Settings> settings_of(const cli::BackupOrder& order) {
  return order.config_file ? load_settings(*order.config_file) : Settings();
}

Result<crypto::X25519PublicKey> recipient_of(const cli::BackupOrder& order, const Settings& settings) {
  const auto key =
      read_operator_sealing_key(order.recipient_file.value_or(settings.operator_.sealing_key_file));
  if (!key) {
    return unusable(
        "to whom is the backup to be sealed? Give --recipient, or --config with operator.sealing_key_file; "
        "`cogos keygen x25519` makes a pair");
  }
  return *key;
}

bool on_one_file_system(const fs::path& a, const fs::path& b) {
  struct stat status_a {};
  struct stat status_b {};
  return ::stat(a.c_str(), &status_a) == 0 && ::stat(b.c_str(), &status_b) == 0 &&
         status_a.st_dev == status_b.st_dev;
}

/// So that the server does not come to the end of its disk because of a copy, which would be given up then
/// anyway.
Result<void> require_room(const cli::BackupOrder& order, const Settings& settings) {
  const std::uint64_t bytes = store::bytes_of_store(order.data_dir);
  const fs::path target = fs::absolute(order.to).parent_path();
  const std::uint64_t needed = on_one_file_system(order.data_dir, target) ? 2 * bytes : bytes;
  const std::uint64_t free = store::free_bytes_of(order.data_dir)();
  const std::uint64_t reserve = std::uint64_t{settings.store.min_free_mb} << 20U;
  if (free >= reserve && free - reserve >= needed) return {};
  const auto mib = [](std::uint64_t count) { return std::to_string((count >> 20U) + 1) + " MiB"; };
  return unusable(
      "there is no room for a backup: beside " + order.data_dir + " it takes " + mib(needed) +
      " while it is made, and leaves store.min_free_mb (" + std::to_string(settings.store.min_free_mb) +
      ", or what --config says) alone for the server; " + std::to_string(free >> 20U) + " MiB are free");
}

Result<void> seal_file(const fs::path& file, const crypto::X25519PublicKey& recipient, TimePoint created_at,
                       Random& random, std::uint64_t& sealed, WholeFile& to) {
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
    if (auto written = sealer->write(as_bytes(bytes)); !written) return written;
  }
  if (!from.eof()) return unusable("the copy of the store could not be read again");
  return sealer->finish();
}

/// All but the file's name.
Result<cli::BackupReport> fill(WholeFile& file, const cli::BackupOrder& order,
                               const crypto::X25519PublicKey& recipient, const fs::path& work,
                               TimePoint created_at, Random& random) {
  try {
    store::copy_store(order.data_dir, store::database_file(work));
    const auto checked = store::fsck(work);
    if (!checked) return checked.error();
    if (!checked->holds()) {
      return Error(ErrorCode::verification_failed,
                   "the store does not hold, so it was not backed up; run `cogos fsck` on it");
    }
    cli::BackupReport report{created_at, checked->chains.size(), checked->rows, checked->space.file_bytes, 0,
                             {}};
    const auto sealed =
        seal_file(store::database_file(work), recipient, created_at, random, report.sealed_bytes, file);
    if (!sealed) return sealed.error();
    return report;
  } catch (const std::exception& error) {
    return unusable(error.what());
  }
}

Result<cli::BackupReport> make_backup(const cli::BackupOrder& order, const Clock& clock, Random& random) {
  if (const auto there = require_store(order.data_dir); !there) return there.error();
  const auto settings = settings_of(order);
  if (!settings) return settings.error();
  const auto recipient = recipient_of(order, *settings);
  if (!recipient) return recipient.error();
  const auto abandoned = remove_abandoned_copies(order.data_dir);
  if (const auto room = require_room(order, *settings); !room) return room.error();
  auto file = WholeFile::begin(order.to);
  if (!file) return file.error();

  TemporaryDirectory copy(order.data_dir, kBackupCopy, random);
  auto report = fill(*file, order, *recipient, copy.path(), clock.now(), random);
  if (!report) return copy.remove_after(report.error());
  if (const auto removed = copy.remove(); !removed) return removed.error();
  if (const auto finished = file->finish(); !finished) return finished.error();
  for (const auto& outcome : abandoned) {
    if (!outcome) report->left_over.push_back(outcome.error().message());
  }
  return report;
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
