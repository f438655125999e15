#include "app/dek_rotation.hpp"

#include "app/offline_change.hpp"
#include "app/refusals.hpp"
#include "app/working_copies.hpp"
#include "keys/dek.hpp"
#include "store/resealer.hpp"
#include "store/store.hpp"

namespace cogos::app {
namespace {

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

/// The disk failed at a commit, which may have reached it all the same.
Error in_doubt(const Error& error) {
  if (error.code() != ErrorCode::audit_unavailable) return unusable(error.message());
  return unusable("the disk failed (" + error.detail() +
                  "), so either every secret is under the new key or none: start the server with the former "
                  "key, and where it refuses that, with the new one");
}

Error done_but(const Error& error) {
  return unusable(
      "the change is made, and the new key is the store's from now on, but what lay under the former one can "
      "be in its write-ahead log still: " +
      error.message() + (error.detail().empty() ? "" : " (" + error.detail() + ")") +
      "; starting the server and stopping it empties that");
}

Result<cli::DekReport> rotate(const cli::DekOrder& order, const SecretSources& sources, const Clock& clock,
                              Random& random) {
  if (const auto there = require_store(order.data_dir); !there) return there.error();
  const auto sealing_key = sealing_key_of(order.config_file);
  if (!sealing_key) return sealing_key.error();
  const auto from = read_dek(sources, "COGOS_DEK");
  if (!from) return from.error();
  const auto to = read_dek(sources, "COGOS_NEW_DEK");
  if (!to) return to.error();

  OfflineStore store(order.data_dir, clock);
  const std::vector<std::string> others = other_copies(order.data_dir);
  if (const auto right = from->check_against(store.get().dek_check(), random); !right) {
    return unusable(right.error().message());
  }
  const auto all = store.get().keys().load_keys();
  const auto resealed = reseal_all(all, *from, *to, random);
  if (!resealed) return resealed.error();
  OfflineChange change(store.get(), *sealing_key, clock, random);
  const auto done = store.get().resealer().reseal(
      *resealed, change.rows().event("dek.rotated", {{"keys", std::to_string(all.size())}}));
  if (!done) return in_doubt(done.error());
  const auto ended = change.end("dek.rotation_end");
  const auto closed = store.close();
  for (const auto& outcome : {closed, ended}) {
    if (!outcome) return done_but(outcome.error());
  }
  return cli::DekReport{all.size(), others};
}

}  // namespace

Result<cli::DekReport> rotate_dek(const cli::DekOrder& order, const SecretSources& sources,
                                  const Clock& clock, Random& random) {
  try {
    return rotate(order, sources, clock, random);
  } catch (const std::exception& error) {
    return unusable(error.what());
  }
}

}  // namespace cogos::app
