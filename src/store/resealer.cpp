#include "store/resealer.hpp"

#include <future>

#include "store/key_table.hpp"

namespace cogos::store {
namespace {

Result<void> put(Database& db, const Resealed& all) {
  Statement update =
      db.prepare("UPDATE keys SET hmac_nonce = ?, hmac_ciphertext = ?, hmac_tag = ? WHERE key_id = ?");
  std::size_t changed = 0;
  for (const auto& [key_id, secret] : all.secrets) {
    changed +=
        static_cast<std::size_t>(update.run(secret.nonce, ByteView(secret.ciphertext), secret.tag, key_id));
  }
  const auto there = static_cast<std::size_t>(db.query_integer("SELECT count(*) FROM keys"));
  if (changed != all.secrets.size() || changed != there) {
    return Error(ErrorCode::conflict, "the store has not just the keys that were sealed anew");
  }
  write_dek_check(db, all.check);
  return {};
}

}  // namespace

Result<void> Resealer::reseal(const Resealed& all, proof::RowDraft record) {
  std::promise<Result<proof::ChainHead>> done;
  WriteJob job;
  job.row = std::move(record);
  job.mutation = [&](const proof::ChainHead&) { return put(writer_.database(), all); };
  job.done = [&done](Result<proof::ChainHead> outcome) { done.set_value(std::move(outcome)); };
  writer_.submit(std::move(job));
  const auto outcome = done.get_future().get();
  if (!outcome) return outcome.error();
  return {};
}

}  // namespace cogos::store
