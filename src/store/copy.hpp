#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

#include "proof/audit_row.hpp"

namespace cogos::store {

/// Copies the store of `data_dir`, as it is at one moment, to the new file `to`, by SQLite's online backup. A
/// running server goes on meanwhile; its write-ahead log is not reused until the copy is done, and grows by
/// what is written. The copy is synced. Throws StoreError.
void copy_store(const std::filesystem::path& data_dir, const std::filesystem::path& to);

/// The size of its files, the write-ahead log included; 0 where there is no store.
[[nodiscard]] std::uint64_t bytes_of_store(const std::filesystem::path& data_dir);

/// Takes the store of `data_dir`, which nobody has open, forward to this build's schema, all of it in its one
/// file. Throws StoreError where it is of a newer build, or no store.
void bring_up_to_date(const std::filesystem::path& data_dir);

/// What one chain would lose if another store took the place of a store.
struct LostRows {
  proof::ChainId chain;
  std::uint64_t rows = 0;  ///< After the last one that both stores have.
};

/// The chains of which `present` has rows that `other` has not: newer ones, or different ones at the same
/// place. Both are directories of stores that nobody has open; `present` without a store loses nothing.
/// Throws StoreError.
[[nodiscard]] std::vector<LostRows> rows_lost(const std::filesystem::path& present,
                                              const std::filesystem::path& other);

/// Puts the file `replacement` in the place of the store of `data_dir`, whose lock the caller has. What was
/// there is kept in the new directory `aside`. One rename does it: at no moment there is no store, or, unless
/// what was there is damaged, one without its log. Throws StoreError or std::filesystem::filesystem_error,
/// and nothing is changed then; where the directory cannot be synced after the rename, the error says so.
void replace_store(const std::filesystem::path& data_dir, const std::filesystem::path& replacement,
                   const std::filesystem::path& aside);

}  // namespace cogos::store
