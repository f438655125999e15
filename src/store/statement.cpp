#include "store/statement.hpp"

#include "store/store_error.hpp"

namespace cogos::store {
namespace {

void check(int code, sqlite3_stmt* statement) {
  if (code == SQLITE_OK || code == SQLITE_ROW || code == SQLITE_DONE) return;
  sqlite3* db = sqlite3_db_handle(statement);
  // The SQL text has placeholders only, so it carries no value.
  throw StoreError(std::string(sqlite3_errmsg(db)) + " in: " + sqlite3_sql(statement),
                   sqlite3_extended_errcode(db));
}

}  // namespace

Cursor::~Cursor() {
  sqlite3_reset(statement_);
}

bool Cursor::step() {
  const int code = sqlite3_step(statement_);
  check(code, statement_);
  return code == SQLITE_ROW;
}

bool Cursor::is_null(int column) const noexcept {
  return sqlite3_column_type(statement_, column) == SQLITE_NULL;
}

std::int64_t Cursor::integer(int column) const noexcept {
  return sqlite3_column_int64(statement_, column);
}

std::uint64_t Cursor::count(int column) const noexcept {
  return static_cast<std::uint64_t>(integer(column));
}

TimePoint Cursor::time(int column) const noexcept {
  return from_unix_ms(integer(column));
}

std::optional<TimePoint> Cursor::time_or_null(int column) const noexcept {
  return is_null(column) ? std::nullopt : std::optional(time(column));
}

std::string_view Cursor::text(int column) const noexcept {
  const auto* characters = sqlite3_column_text(statement_, column);
  if (characters == nullptr) return {};
  return {reinterpret_cast<const char*>(characters),
          static_cast<std::size_t>(sqlite3_column_bytes(statement_, column))};
}

std::optional<std::string> Cursor::text_or_null(int column) const {
  return is_null(column) ? std::nullopt : std::optional(std::string(text(column)));
}

ByteView Cursor::bytes(int column) const noexcept {
  const auto* data = sqlite3_column_blob(statement_, column);
  if (data == nullptr) return {};
  return {static_cast<const std::uint8_t*>(data),
          static_cast<std::size_t>(sqlite3_column_bytes(statement_, column))};
}

void Statement::start() noexcept {
  sqlite3_reset(compiled_.get());
}

int Statement::finish() {
  sqlite3_stmt* statement = compiled_.get();
  {
    Cursor cursor(statement);
    while (cursor.step()) {
    }
  }
  // Nothing may point to the caller's values once they are gone.
  sqlite3_clear_bindings(statement);
  return sqlite3_changes(sqlite3_db_handle(statement));
}

void Statement::bind(int index, std::int64_t value, Lifetime) {
  check(sqlite3_bind_int64(compiled_.get(), index, value), compiled_.get());
}

void Statement::bind(int index, std::uint64_t value, Lifetime) {
  if (value > static_cast<std::uint64_t>(INT64_MAX)) throw StoreError("a number beyond 63 bits", 0);
  check(sqlite3_bind_int64(compiled_.get(), index, static_cast<std::int64_t>(value)), compiled_.get());
}

void Statement::bind(int index, std::string_view value, Lifetime lifetime) {
  // A null pointer would be NULL, an empty text is not.
  const char* data = value.data() == nullptr ? "" : value.data();
  check(sqlite3_bind_text64(compiled_.get(), index, data, value.size(),
                            lifetime == Lifetime::copied ? SQLITE_TRANSIENT : SQLITE_STATIC, SQLITE_UTF8),
        compiled_.get());
}

void Statement::bind(int index, ByteView value, Lifetime lifetime) {
  const void* data = value.data() == nullptr ? static_cast<const void*>("") : value.data();
  check(sqlite3_bind_blob64(compiled_.get(), index, data, value.size(),
                            lifetime == Lifetime::copied ? SQLITE_TRANSIENT : SQLITE_STATIC),
        compiled_.get());
}

void Statement::bind_null(int index) {
  check(sqlite3_bind_null(compiled_.get(), index), compiled_.get());
}

}  // namespace cogos::store
