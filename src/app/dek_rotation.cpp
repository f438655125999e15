#include "app/dek_rotation.hpp"

#include "app/offline_change.hpp"
#include "keys/dek.hpp"
#include "store/resealer.hpp"
#include "store/store.hpp"

namespace cogos::app {
namespace {

Error unusable(std::string why) {
  return {ErrorCode::unreadable_input, std::move(why)};
}

Result<keys::Dek> read_dek(const SecretSources& sources, const std::string& name) {
  const auto hex = find_dek(sources, name);
  if (!hex) return hex.error();
  if (hex->empty()) {
    return unusable("set " + name + "_HEX to 64 hex characters, or " + name +
                    "_FILE to a file that holds them");
  }
  auto dek = keys::Dek::from_hex(hex->reveal());
  if (!dek) return unusable(name + "_HEX or " + name + "_FILE: " + dek.error().message());
  return dek;
}

Result<store::Resealed> reseal_all(const std::vector<keys::KeyRecord>& all, const keys::Dek& from,
                                   const keys::Dek& to, Random& random) {
  store::Resealed resealed;
  for (const keys::KeyRecord& key : all) {
    const auto secret = from.open_hmac(key.key_id, key.hmac_secret);
    if (!secret)
      return unusable("the secret of key " + key.key_id + " does not open: it was altered on the disk");
    resealed.secrets.emplace_back(key.key_id, to.seal_hmac(key.key_id, *secret, random));
  }
  resealed.check = to.check_value(random);
  return resealed;
}

Result<std::uint64_t> rotate(const cli::DekOrder& order, const SecretSources& sources, const Clock& clock,
                             Random& random) {
  if (const auto there = require_store(order.data_dir); !there) return there.error();
  const auto sealing_key = sealing_key_of(order.config_file);
  if (!sealing_key) return sealing_key.error();
  const auto from = read_dek(sources, "COGOS_DEK");
  if (!from) return from.error();
  const auto to = read_dek(sources, "COGOS_NEW_DEK");
  if (!to) return to.error();

  store::StoreOptions options;
  options.data_dir = order.data_dir;
  store::Store store(options, clock);
  if (const auto right = from->check_against(store.dek_check(), random); !right) {
    return unusable(right.error().message());
  }
  const auto all = store.keys().load_keys();
  const auto resealed = reseal_all(all, *from, *to, random);
  if (!resealed) return resealed.error();
  OfflineChange change(store, *sealing_key, clock, random);
  const auto done = store.resealer().reseal(
      *resealed, change.rows().event("dek.rotated", {{"keys", std::to_string(all.size())}}));
  const auto ended = change.end("dek.rotation_end");
  store.close();
  for (const auto& outcome : {done, ended}) {
    if (!outcome) return unusable(outcome.error().message() + ' ' + outcome.error().detail());
  }
  const auto emptied = require_emptied_log(
      order.data_dir, "start the server with the new key: it empties the log when it stops");
  if (!emptied) return emptied.error();
  return all.size();
}

}  // namespace

Result<std::uint64_t> rotate_dek(const cli::DekOrder& order, const SecretSources& sources, const Clock& clock,
                                 Random& random) {
  try {
    return rotate(order, sources, clock, random);
  } catch (const std::exception& error) {
    return unusable(error.what());
  }
}

}  // namespace cogos::app
