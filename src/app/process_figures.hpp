#pragma once

#include <cstdint>

namespace cogos::app {

/// What the machine says of this process; 0 where it does not.
struct ProcessFigures {
  std::uint64_t resident_bytes = 0;
  std::uint64_t open_files = 0;
  double cpu_seconds = 0;  ///< User and system together.
};

/// Reads /proc: some tens of microseconds, more with many open files.
[[nodiscard]] ProcessFigures read_process_figures();

}  // namespace cogos::app
