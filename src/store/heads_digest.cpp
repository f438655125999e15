#include "store/heads_digest.hpp"

#include <string>

namespace cogos::store {

void HeadsDigest::toggle(const proof::ChainId& chain, const proof::ChainHead& head) {
  std::string text = "cogos/heads/v1\n";
  text.append(chain.tenant_id).append(1, '\n').append(chain.app_id).append(1, '\n');
  text.append(std::to_string(head.seq)).append(1, '\n').append(head.row_hash);
  const crypto::Digest digest = crypto::sha256(as_bytes(text));
  for (std::size_t i = 0; i < value_.size(); ++i) value_[i] ^= digest[i];
}

}  // namespace cogos::store
