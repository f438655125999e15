#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.hpp"
#include "base/time.hpp"

namespace cogos::store {

/// The rows of a statement under way; resets the statement when it goes, so at most one per statement at a
/// time. Text and bytes are views that live until the next step(). Columns count from 0.
class Cursor {
 public:
  explicit Cursor(sqlite3_stmt* statement) noexcept : statement_(statement) {}
  Cursor(const Cursor&) = delete;
  Cursor& operator=(const Cursor&) = delete;
  ~Cursor();

  /// Whether there is a further row. Throws StoreError.
  bool step();
  [[nodiscard]] bool is_null(int column) const noexcept;
  [[nodiscard]] std::int64_t integer(int column) const noexcept;
  [[nodiscard]] std::uint64_t count(int column) const noexcept;
  [[nodiscard]] TimePoint time(int column) const noexcept;
  [[nodiscard]] std::optional<TimePoint> time_or_null(int column) const noexcept;
  [[nodiscard]] std::string_view text(int column) const noexcept;
  [[nodiscard]] std::optional<std::string> text_or_null(int column) const;
  [[nodiscard]] ByteView bytes(int column) const noexcept;

 private:
  sqlite3_stmt* statement_;
};

/// A compiled statement, run again and again. Parameters are given in the order of their `?`: integers
/// (64 bits, signed), times (as Unix ms), text, bytes, and optionals of these.
class Statement {
 public:
  explicit Statement(sqlite3_stmt* compiled) noexcept : compiled_(compiled) {}

  /// Runs to the end and drops rows. Gives the number of rows it changed. Throws StoreError.
  template <class... Values>
  int run(const Values&... values) {
    start();
    int index = 0;
    (bind(++index, values, Lifetime::outlives_call), ...);
    return finish();
  }

  /// Starts a query; the values are copied.
  template <class... Values>
  [[nodiscard]] Cursor query(const Values&... values) {
    start();
    int index = 0;
    (bind(++index, values, Lifetime::copied), ...);
    return Cursor(compiled_.get());
  }

 private:
  enum class Lifetime : std::uint8_t { outlives_call, copied };
  struct Finalizer {
    void operator()(sqlite3_stmt* statement) const noexcept { sqlite3_finalize(statement); }
  };

  void start() noexcept;
  int finish();
  void bind(int index, std::int64_t value, Lifetime);
  void bind(int index, std::uint64_t value, Lifetime);
  void bind(int index, bool value, Lifetime lifetime) { bind(index, std::int64_t{value}, lifetime); }
  void bind(int index, TimePoint value, Lifetime lifetime) { bind(index, to_unix_ms(value), lifetime); }
  void bind(int index, std::string_view value, Lifetime lifetime);
  void bind(int index, ByteView value, Lifetime lifetime);
  void bind_null(int index);
  template <std::size_t N>
  void bind(int index, const ByteArray<N>& value, Lifetime lifetime) {
    bind(index, ByteView(value), lifetime);
  }
  template <class T>
  void bind(int index, const std::optional<T>& value, Lifetime lifetime) {
    if (value) {
      bind(index, *value, lifetime);
    } else {
      bind_null(index);
    }
  }

  std::unique_ptr<sqlite3_stmt, Finalizer> compiled_;
};

}  // namespace cogos::store
