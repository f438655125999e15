#include "store/file_space.hpp"

namespace cogos::store {

FileSpace read_file_space(Database& db) {
  const auto reading = [&db](std::string_view pragma) {
    return static_cast<std::uint64_t>(db.query_integer(pragma));
  };
  const std::uint64_t page = reading("PRAGMA page_size");
  return {page * reading("PRAGMA page_count"), page * reading("PRAGMA freelist_count")};
}

}  // namespace cogos::store
