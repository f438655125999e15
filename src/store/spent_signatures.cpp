#include "store/spent_signatures.hpp"

#include <algorithm>

namespace cogos::store {
namespace {

/// After so many new ones up to twice as many old ones go: a few pages, so that no commit waits long for it.
constexpr unsigned kTrimEvery = 256;
constexpr std::int64_t kMostAtOnce = 512;

/// From the front up to the first that is still good, or ?2 of them.
constexpr const char* kTrimSpent =
    "DELETE FROM spent_signatures WHERE id < (SELECT coalesce((SELECT min(id) FROM spent_signatures WHERE "
    "id < first + ?2 AND until_ms >= ?1), first + ?2) FROM (SELECT min(id) AS first FROM spent_signatures))";

}  // namespace

SpentSignatures::SpentSignatures(Database& db)
    : insert_(db.prepare("INSERT INTO spent_signatures (mark, until_ms) VALUES (?,?)")),
      trim_(db.prepare(kTrimSpent)) {}

void SpentSignatures::add(const SpentSignature& spent) {
  insert_.run(spent.mark, spent.until);
  ++added_;
}

void SpentSignatures::trim(TimePoint now) {
  if (added_ < kTrimEvery) return;
  trim_.run(now, kMostAtOnce);
  added_ = 0;
}

std::vector<SpentSignature> read_spent_signatures(Database& db, TimePoint now) {
  std::vector<SpentSignature> all;
  Statement select =
      db.prepare("SELECT mark, until_ms FROM spent_signatures WHERE until_ms >= ? ORDER BY id");
  Cursor row = select.query(now);
  while (row.step()) {
    SpentSignature spent;
    const ByteView mark = row.bytes(0);
    if (mark.size() != spent.mark.size())
      throw StoreError("the stored mark of a signature has a wrong length");
    std::copy(mark.begin(), mark.end(), spent.mark.begin());
    spent.until = row.time(1);
    all.push_back(spent);
  }
  return all;
}

}  // namespace cogos::store
