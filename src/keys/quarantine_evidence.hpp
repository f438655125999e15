#pragma once

#include <cstdint>
#include <string>

namespace cogos::keys {

/// Why a key was quarantined: a scanner's pattern and a use of the key came from one address, within a minute
/// of each other. For the operator; of the customer's row it is all but the address.
struct QuarantineEvidence {
  std::string pattern;  ///< Such as `dot_env`.
  std::string address;
  bool key_first = true;  ///< The key was used before the pattern fired; otherwise after it.
  std::uint64_t apart_ms = 0;
  std::uint64_t scanner_hits = 0;             ///< Within the minute, from there.
  std::uint64_t authentication_failures = 0;  ///< The same.
};

}  // namespace cogos::keys
