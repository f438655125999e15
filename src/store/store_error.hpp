#pragma once

#include <stdexcept>
#include <string>

namespace cogos::store {

/// What the store cannot do, in a sentence for the operator. Leaves the room only from Store's constructor
/// and from the blocking calls that start-up makes.
class StoreError : public std::runtime_error {
 public:
  /// `sqlite_code` is SQLite's extended result code; 0 where SQLite was not asked.
  explicit StoreError(const std::string& what, int sqlite_code = 0)
      : std::runtime_error(what), sqlite_code_(sqlite_code) {}
  [[nodiscard]] int sqlite_code() const noexcept { return sqlite_code_; }
  /// Without the extension: SQLITE_FULL, SQLITE_IOERR, SQLITE_CONSTRAINT …
  [[nodiscard]] int primary_code() const noexcept { return sqlite_code_ & 0xff; }

 private:
  int sqlite_code_;
};

}  // namespace cogos::store
