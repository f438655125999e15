#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/time.hpp"

namespace cogos::proof {

/// What a row says of its own place; to be believed only where there was no fault.
struct CheckedRow {
  std::uint64_t seq = 0;
  TimePoint ts;
  std::string tenant_id;
  std::string app_id;
  std::string prev_hash;
  std::string row_hash;
  bool pruned = false;
};

/// A reason of ChainBreak, with words.
struct RowFault {
  std::string reason;
  std::string detail;
};

/// Checks one row for itself: that it is JSON, the hash over its core, its members and their types, its
/// envelope's hash. On a fault `fault` is set and the result is what could be read all the same.
[[nodiscard]] CheckedRow check_row(std::string_view text, std::optional<RowFault>& fault);

}  // namespace cogos::proof
