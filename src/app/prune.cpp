#include "app/prune.hpp"

#include <utility>

#include "app/offline_change.hpp"
#include "app/refusals.hpp"
#include "app/working_copies.hpp"
#include "store/pruner.hpp"

namespace cogos::app {
namespace {

Result<void> check(const cli::PruneOrder& order, const Clock& clock) {
  if (order.app_id && !order.tenant_id) return unusable("--app needs --tenant");
  if (order.tenant_id && order.tenant_id->starts_with('_')) {
    return unusable("the system's own rows are not pruned: they record what was");
  }
  if (order.before > clock.now()) {
    return unusable("--before is in the future: " + to_rfc3339(order.before));
  }
  return require_store(order.data_dir);
}

/// What is erased is so, and on record.
Error not_to_its_end(const Error& error) {
  return unusable("not everything is erased for certain: " + error.message() +
                  (error.detail().empty() ? "" : " (" + error.detail() + ")") +
                  "; run this again once that is mended");
}

Result<void> erase_chain(store::Pruner& pruner, const store::PrunePlan& plan, proof::RowDraft first_row,
                         cli::PruneReport& report) {
  cli::PrunedChain& pruned =
      report.chains.emplace_back(cli::PrunedChain{plan.chain.tenant_id, plan.chain.app_id, plan.up_to_seq});
  std::optional<proof::RowDraft> record = std::move(first_row);
  store::PruneStep step;
  do {
    auto next = pruner.erase(plan, step.last_seq, std::exchange(record, std::nullopt));
    if (!next) return next.error();
    step = *next;
    pruned.rows += step.rows;
    pruned.bytes += step.bytes;
  } while (step.more);
  return {};
}

Result<void> erase_chains(store::Pruner& pruner, const std::vector<store::PrunePlan>& plans, TimePoint before,
                          const keys::OperatorRows& rows, cli::PruneReport& report) {
  for (const store::PrunePlan& plan : plans) {
    proof::RowDraft row = rows.event("prune", store::prune_record(plan, before));
    if (auto erased = erase_chain(pruner, plan, std::move(row), report); !erased) return erased;
  }
  return {};
}

Result<cli::PruneReport> prune_store(const cli::PruneOrder& order, const Clock& clock, Random& random) {
  const auto sealing_key = sealing_key_of(order.config_file);
  if (!sealing_key) return sealing_key.error();

  OfflineStore store(order.data_dir, clock);
  store::Pruner& pruner = store.get().pruner();
  cli::PruneReport report;
  report.other_copies = other_copies(order.data_dir);
  const auto plans = pruner.plan({order.before, order.tenant_id, order.app_id});
  Result<void> erased;
  if (!plans.empty()) {
    OfflineChange change(store.get(), *sealing_key, clock, random);
    erased = erase_chains(pruner, plans, order.before, change.rows(), report);
    const auto ended = change.end("prune.end");
    if (erased) erased = ended;
  }
  const store::FileSpace space = pruner.space();
  report.file_bytes = space.file_bytes;
  report.free_bytes = space.free_bytes;
  const auto closed = store.close();

  if (!erased && erased.error().code() == ErrorCode::verification_failed) return erased.error();
  for (const auto& outcome : {closed, erased}) {
    if (!outcome) return not_to_its_end(outcome.error());
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
