#include "cogos/audit_chain.hpp"
#include "proof/chain_follower.hpp"

namespace cogos {

struct ChainVerifier::State {
  proof::ChainFollower follower;
};

ChainVerifier::ChainVerifier() : state_(std::make_unique<State>()) {}

ChainVerifier::ChainVerifier(std::string tenant_id, std::string app_id, std::uint64_t seq,
                             std::string row_hash)
    : ChainVerifier() {
  state_->follower = proof::ChainFollower(std::move(tenant_id), std::move(app_id), seq, std::move(row_hash));
}

ChainVerifier::ChainVerifier(ChainVerifier&&) noexcept = default;
ChainVerifier& ChainVerifier::operator=(ChainVerifier&&) noexcept = default;
ChainVerifier::~ChainVerifier() = default;

const ChainReport& ChainVerifier::report() const noexcept {
  return state_->follower.report();
}

bool ChainVerifier::add(std::string_view row_json) {
  return state_->follower.add(row_json);
}

}  // namespace cogos
