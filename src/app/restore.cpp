#include "app/restore.hpp"

#include <filesystem>
#include <fstream>
#include <numeric>

#include "app/offline_change.hpp"
#include "app/process_key.hpp"
#include "app/refusals.hpp"
#include "app/temporary_directory.hpp"
#include "app/working_copies.hpp"
#include "proof/sealed_file.hpp"
#include "store/copy.hpp"
#include "store/data_directory.hpp"
#include "store/fsck.hpp"
#include "store/store_error.hpp"

namespace cogos::app {
namespace {

namespace fs = std::filesystem;

Error refused(std::string why) {
  return {ErrorCode::verification_failed, std::move(why)};
}

/// Opens the backup into `to`; gives when it was made.
Result<TimePoint> open_backup(const cli::RestoreOrder& order, const crypto::X25519PrivateKey& key,
                              const fs::path& to) {
  std::ifstream from(order.from, std::ios::binary);
  if (!from) return unusable("cannot read " + order.from);
  auto opener = proof::FileOpener::begin(key, [&from](std::span<char> into) -> Result<std::size_t> {
    from.read(into.data(), static_cast<std::streamsize>(into.size()));
    if (from.bad()) return unusable("the backup could not be read to its end");
    return static_cast<std::size_t>(from.gcount());
  });
  if (!opener) return opener.error();
  store::make_private_file(to);
  std::ofstream out(to, std::ios::binary);
  std::vector<std::uint8_t> piece;
  for (;;) {
    const auto more = opener->next(piece);
    if (!more) return more.error();
    if (!*more) break;
    out.write(as_text(piece).data(), static_cast<std::streamsize>(piece.size()));
  }
  out.close();
  if (!out) return unusable("what is in the backup could not be written; is there room?");
  return opener->created_at();
}

Result<void> require_sound(const fs::path& directory, const std::string& what) {
  const auto checked = store::fsck(directory);
  if (!checked) return checked.error();
  if (!checked->holds()) return refused(what + " does not hold; nothing was changed");
  return {};
}

using Lost = std::optional<std::vector<store::LostRows>>;

std::uint64_t total(const std::vector<store::LostRows>& lost) {
  return std::accumulate(lost.begin(), lost.end(), std::uint64_t{0},
                         [](std::uint64_t sum, const store::LostRows& one) { return sum + one.rows; });
}

/// What the store in the data directory has that the backup has not; nothing where that cannot be told.
Result<Lost> check_loss(const cli::RestoreOrder& order, const fs::path& restored) {
  Lost lost;
  try {
    lost = store::rows_lost(order.data_dir, restored);
  } catch (const store::StoreError& error) {
    if (order.force) return lost;
    return refused(std::string("the store in the data directory cannot be compared with the backup: ") +
                   error.what() + "; --force puts the backup in its place all the same");
  }
  if (lost->empty() || order.force) return lost;
  return refused(
      "the store in the data directory has " + std::to_string(total(*lost)) + " rows in " +
      std::to_string(lost->size()) +
      " chains that the backup has not; receipts were given for them. --force puts the backup in its "
      "place all the same, and records it");
}

/// Into the restored store, before it takes its place: so no such store was ever in place without it.
Result<void> record(const fs::path& directory, const std::optional<crypto::X25519PublicKey>& sealing_key,
                    TimePoint created_at, const Lost& lost, bool forced, const Clock& clock, Random& random) {
  OfflineStore store(directory, clock);
  OfflineChange change(store.get(), sealing_key, clock, random);
  auto recorded = record_event(
      store.get().audit_log(),
      change.rows().event("store.restored",
                          {{"backup_created_at", to_rfc3339(created_at)},
                           {"forced", forced ? "true" : "false"},
                           {"rows_lost", lost ? std::to_string(total(*lost)) : "unknown"},
                           {"chains_with_lost_rows", lost ? std::to_string(lost->size()) : "unknown"}}));
  auto ended = change.end("restore.end");
  auto closed = store.close();  // only then all of it is in the one file that takes the other's place
  for (const auto& outcome : {closed, recorded, ended}) {
    if (!outcome) return outcome;
  }
  return {};
}

/// All but the rename: makes of the backup, in `work`, what is to take the present store's place.
Result<cli::RestoreReport> prepare(const cli::RestoreOrder& order, const crypto::X25519PrivateKey& key,
                                   const std::optional<crypto::X25519PublicKey>& sealing_key,
                                   const fs::path& work, const Clock& clock, Random& random) {
  cli::RestoreReport report;
  const auto created_at = open_backup(order, key, store::database_file(work));
  if (!created_at) return created_at.error();
  report.created_at = *created_at;
  store::bring_up_to_date(work);
  if (const auto sound = require_sound(work, "the backup"); !sound) return sound.error();
  const auto lost = check_loss(order, work);
  if (!lost) return lost.error();
  if (*lost) report.lost.emplace();
  for (const store::LostRows& one : lost->value_or(std::vector<store::LostRows>())) {
    report.lost->push_back({one.chain.tenant_id, one.chain.app_id, one.rows});
  }
  const auto recorded = record(work, sealing_key, *created_at, *lost, order.force, clock, random);
  if (!recorded) return recorded.error();
  return report;
}

Result<cli::RestoreReport> replace(const cli::RestoreOrder& order, const crypto::X25519PrivateKey& key,
                                   const std::optional<crypto::X25519PublicKey>& sealing_key,
                                   const fs::path& work, const Clock& clock, Random& random) {
  try {
    auto report = prepare(order, key, sealing_key, work, clock, random);
    if (!report) return report;
    const fs::path aside =
        fs::path(order.data_dir) / (std::string(kReplaced) + "-" + std::to_string(to_unix_ms(clock.now())));
    store::replace_store(order.data_dir, store::database_file(work), aside);
    if (fs::exists(aside)) report->replaced_dir = aside.string();
    return report;
  } catch (const std::exception& error) {
    return unusable(error.what());
  }
}

Result<cli::RestoreReport> restore_store(const cli::RestoreOrder& order, const crypto::X25519PrivateKey& key,
                                         const Clock& clock, Random& random) {
  const auto sealing_key = sealing_key_of(order.config_file);
  if (!sealing_key) return sealing_key.error();

  Result<cli::RestoreReport> report{cli::RestoreReport()};
  {
    const auto lock = store::DirectoryLock::exclusive(order.data_dir);
    static_cast<void>(remove_abandoned_copies(order.data_dir));  // a start names what cannot be removed
    remove_mere_links(order.data_dir);
    TemporaryDirectory work(order.data_dir, kRestoreCopy, random);
    report = replace(order, key, *sealing_key, work.path(), clock, random);
    if (!report) return work.remove_after(report.error());
  }
  const auto checked = store::fsck(order.data_dir);
  if (!checked) return unusable("the store was replaced, but not checked: " + checked.error().message());
  if (!checked->holds()) return refused("the restored store does not hold; run `cogos fsck`");
  report->chains = checked->chains.size();
  report->rows = checked->rows;
  return report;
}

}  // namespace

Result<cli::RestoreReport> restore(const cli::RestoreOrder& order, const crypto::X25519PrivateKey& key,
                                   const Clock& clock, Random& random) {
  try {
    return restore_store(order, key, clock, random);
  } catch (const std::exception& error) {
    return unusable(error.what());
  }
}

}  // namespace cogos::app
