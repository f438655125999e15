#include "store/heads.hpp"

#include <algorithm>
#include <mutex>

namespace cogos::store {

Heads::Heads(ChainMap chains) : chains_(std::move(chains)) {
  for (const auto& [chain, known] : chains_) rows_ += known.head.seq;
}

Heads::Count Heads::count() const {
  const std::shared_lock lock(mutex_);
  return {chains_.size(), rows_};
}

std::optional<KnownChain> Heads::find(const proof::ChainId& chain) const {
  const std::shared_lock lock(mutex_);
  const auto found = chains_.find(chain);
  return found == chains_.end() ? std::nullopt : std::optional(found->second);
}

std::map<std::string, proof::ChainHead> Heads::of_tenant(std::string_view tenant_id) const {
  std::map<std::string, proof::ChainHead> heads;
  const std::shared_lock lock(mutex_);
  const proof::ChainId first{std::string(tenant_id), {}};
  for (auto at = chains_.lower_bound(first); at != chains_.end() && at->first.tenant_id == tenant_id; ++at) {
    heads.emplace(at->first.app_id, at->second.head);
  }
  return heads;
}

std::optional<TimePoint> Heads::newest() const {
  std::optional<TimePoint> newest;
  const std::shared_lock lock(mutex_);
  for (const auto& [chain, known] : chains_) newest = std::max(newest, std::optional(known.head.ts));
  return newest;
}

void Heads::publish(const ChainMap& changed) {
  const std::unique_lock lock(mutex_);
  for (const auto& [chain, known] : changed) {
    const auto [place, fresh] = chains_.try_emplace(chain, known);
    rows_ += known.head.seq - (fresh ? 0 : place->second.head.seq);
    if (!fresh) place->second = known;
  }
}

}  // namespace cogos::store
