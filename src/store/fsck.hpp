#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "cogos/audit_chain.hpp"
#include "cogos/result.hpp"
#include "store/file_space.hpp"

namespace cogos::store {

/// What was found of one chain of a store. Beside the reasons of ChainVerifier a break may have
/// `index_mismatch` (a column beside the core says something else), `missing_envelope` (erased without a
/// pruning record) or `head_mismatch` (the chain does not end where the store says that it ends).
struct FsckReport {
  std::vector<ChainReport> chains;    ///< By tenant and app.
  std::vector<std::string> problems;  ///< What is wrong outside the chains, or with the file itself.
  std::uint64_t rows = 0;
  FileSpace space;

  [[nodiscard]] bool holds() const noexcept;
};

/// Checks the store in `data_dir` offline: it is opened for reading only and nothing in it is changed. Fails
/// with unreadable_input where there is no store, where it is of a newer version, or while a server has it
/// open.
///
/// There is no secret in a store by which its log is bound, so this finds every change that was not carried
/// through to the end:
/// - a byte changed in a row, its envelope or its hash; rows removed, added or swapped in the middle: by the
///   hashes of the chain, without help from anything else;
/// - the last rows of a chain cut off, or all of it: by the height and head kept for each chain, and, where
///   those were adjusted too, by the digest over all heads that is kept apart (meta.heads_digest);
/// - an attestation key removed, exchanged or slipped in: by its `_operator` row, and the other way round;
/// - an envelope erased without a pruning record in `_operator`.
/// Somebody who can write the file, knows this format and recomputes all of it, from the changed row to the
/// chain's end, the head, the digest, is not found here. Any receipt, chain head or exported row from outside
/// finds them: its hash is not in the chain any more (`cogos verify span`).
[[nodiscard]] Result<FsckReport> fsck(const std::filesystem::path& data_dir);

}  // namespace cogos::store
