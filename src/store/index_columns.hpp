#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/time.hpp"
#include "proof/audit_row.hpp"

namespace cogos::store {

/// The columns of `rows` that repeat what stands in the core, for counting and finding.
struct IndexColumns {
  std::uint64_t seq = 0;
  TimePoint ts;
  std::uint64_t http_status = 0;
  std::uint64_t prompt_tokens = 0;
  std::uint64_t completion_tokens = 0;
  std::optional<std::string> key_id;
  std::string status;
  std::optional<std::string> package_id;
  bool charged = false;  ///< proof::is_charged

  bool operator==(const IndexColumns&) const = default;
};

/// Of a row about to be built.
[[nodiscard]] IndexColumns index_columns(const proof::RowDraft& draft, std::uint64_t seq, TimePoint ts);

/// What fsck needs of a stored core beside its hashes.
struct CoreView {
  IndexColumns columns;
  std::string content_hash;  ///< Empty for null.
  /// The object `detail` as JSON; empty for null.
  std::string_view detail;
};

/// Reads a core, in one pass and without building a tree. Nothing where the text is not an object of the form
/// that build_row writes (canonical, one level deep but for `detail`). `detail` is a view into `core`.
[[nodiscard]] std::optional<CoreView> read_core(std::string_view core);

}  // namespace cogos::store
