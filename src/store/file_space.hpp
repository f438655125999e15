#pragma once

#include <cstdint>

#include "store/database.hpp"

namespace cogos::store {

/// What the database takes on disk, its write-ahead log aside. A file never gets shorter: pages that became
/// free are used for the next rows.
struct FileSpace {
  std::uint64_t file_bytes = 0;
  std::uint64_t free_bytes = 0;  ///< Of these, in pages that hold nothing.
};

/// As the connection sees it. Throws StoreError.
[[nodiscard]] FileSpace read_file_space(Database& db);

}  // namespace cogos::store
