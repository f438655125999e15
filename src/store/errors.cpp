#include "store/errors.hpp"

#include <sqlite3.h>

namespace cogos::store {

Error unavailable(std::string detail) {
  return {ErrorCode::audit_unavailable,
          "The audit log cannot be written at the moment, so nothing was answered and nothing was changed. "
          "Try again later.",
          std::move(detail)};
}

Error overloaded(std::string detail) {
  return Error(ErrorCode::overloaded, "The server has too much to do at the moment. Try again in a second.",
               std::move(detail))
      .with_retry_after(1);
}

Error constraint_failed(const StoreError& error) {
  const int code = error.sqlite_code();
  if (code == SQLITE_CONSTRAINT_UNIQUE || code == SQLITE_CONSTRAINT_PRIMARYKEY) {
    return {ErrorCode::conflict, "There is one with this id or key already.", error.what()};
  }
  return {ErrorCode::internal, "The change could not be stored.", error.what()};
}

}  // namespace cogos::store
