#include "api/evidence_chain.hpp"

#include <utility>

#include "crypto/hash.hpp"

namespace cogos::api {

void EvidenceChain::add(std::string_view step, Json members) {
  members["step"] = step;
  members["prev"] = last_;
  last_ = crypto::sha256_hex(base::canonical(members));
  members["hash"] = last_;
  steps_.push_back(std::move(members));
}

}  // namespace cogos::api
