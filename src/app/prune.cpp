#include "app/prune.hpp"

#include <filesystem>
#include <system_error>
#include <utility>

#include "app/operator_sealing_key.hpp"
#include "app/process_key.hpp"
#include "app/settings.hpp"
#include "base/build_info.hpp"
#include "keys/operator_rows.hpp"
#include "store/data_directory.hpp"
#include "store/pruner.hpp"
#include "store/store.hpp"
#include "store/store_error.hpp"

namespace cogos::app {
namespace {

Error unusable(std::string why) {
  return {ErrorCode::unreadable_input, std::move(why)};
}

Result<void> check(const cli::PruneOrder& order, const Clock& clock) {
  if (order.app_id && !order.tenant_id) return unusable("--app needs --tenant");
  if (order.tenant_id && order.tenant_id->starts_with('_')) {
    return unusable("the system's own rows are not pruned: they record what was");
  }
  if (order.before > clock.now()) {
    return unusable("--before is in the future: " + to_rfc3339(order.before));
  }
  std::error_code error;
  if (!std::filesystem::is_regular_file(store::database_file(order.data_dir), error)) {
    return unusable("there is no store in " + order.data_dir + ": no cogos.db");
  }
  return {};
}

/// One run over an open store.
class Run {
 public:
  Run(store::Store& store, const std::optional<crypto::X25519PublicKey>& sealing_key, const Clock& clock,
      Random& random)
      : store_(store),
        clock_(clock),
        signer_(crypto::Ed25519PrivateKey::generate(random), std::string(build_rev())),
        rows_(signer_, random, sealing_key) {}

  Result<void> erase(const std::vector<store::PrunePlan>& plans, TimePoint before, cli::PruneReport& report) {
    if (plans.empty()) return {};
    record_process_key(signer_, store_.attestation_keys(), rows_, clock_);
    const auto erased = erase_chains(plans, before, report);
    const auto ended = record_process_end(signer_, store_.attestation_keys(), rows_, clock_, "prune.end");
    return erased ? ended : erased;
  }

 private:
  Result<void> erase_chains(const std::vector<store::PrunePlan>& plans, TimePoint before,
                            cli::PruneReport& report) {
    for (const store::PrunePlan& plan : plans) {
      if (const auto erased = erase_chain(plan, before, report); !erased) return erased.error();
    }
    return {};
  }

  Result<void> erase_chain(const store::PrunePlan& plan, TimePoint before, cli::PruneReport& report) {
    cli::PrunedChain& pruned =
        report.chains.emplace_back(cli::PrunedChain{plan.chain.tenant_id, plan.chain.app_id, plan.up_to_seq});
    std::optional<proof::RowDraft> record = rows_.event("prune", store::prune_record(plan, before));
    store::PruneStep step;
    do {
      auto next = store_.pruner().erase(plan, step.last_seq, std::exchange(record, std::nullopt));
      if (!next) return next.error();
      step = *next;
      pruned.rows += step.rows;
      pruned.bytes += step.bytes;
    } while (step.more);
    return {};
  }

  store::Store& store_;
  const Clock& clock_;
  proof::AttestationSigner signer_;
  keys::OperatorRows rows_;
};

Result<cli::PruneReport> prune_store(const cli::PruneOrder& order, const Clock& clock, Random& random) {
  Settings settings;
  if (order.config_file) {
    auto loaded = load_settings(*order.config_file);
    if (!loaded) return loaded.error();
    settings = std::move(*loaded);
  }
  const auto sealing_key = read_operator_sealing_key(settings.operator_.sealing_key_file);

  std::optional<Error> failed;
  store::StoreOptions options;
  options.data_dir = order.data_dir;
  options.on_failure = [&failed](const Error& error) { failed = error; };
  store::Store store(options, clock);
  store::Pruner& pruner = store.pruner();
  cli::PruneReport report;
  Run run(store, sealing_key, clock, random);
  const auto erased =
      run.erase(pruner.plan({order.before, order.tenant_id, order.app_id}), order.before, report);
  const store::FileSpace space = pruner.space();
  report.file_bytes = space.file_bytes;
  report.free_bytes = space.free_bytes;
  store.close();

  if (!erased && erased.error().code() == ErrorCode::verification_failed) return erased.error();
  // The writer's thread is gone; of two errors the disk's own says more.
  if (failed) return *failed;
  if (!erased) return Error(ErrorCode::audit_unavailable, "The store failed", erased.error().detail());
  std::error_code missing;
  const auto log_bytes =
      std::filesystem::file_size(store::database_file(order.data_dir).string() + "-wal", missing);
  if (!missing && log_bytes > 0) {
    return unusable(
        "another program has the database open, so its write-ahead log could not be emptied and may hold "
        "what was erased; close it and run this again");
  }
  return report;
}

}  // namespace

Result<cli::PruneReport> prune(const cli::PruneOrder& order, const Clock& clock, Random& random) {
  if (const auto checked = check(order, clock); !checked) return checked.error();
  try {
    return prune_store(order, clock, random);
  } catch (const std::exception& error) {
    return unusable(error.what());
  }
}

}  // namespace cogos::app
