#pragma once

#include <chrono>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "base/time.hpp"

namespace spdlog {
class logger;
}

namespace cogos::app {

/// Structured log on standard error: an event with fields, one line each, as JSON or for a terminal. Never
/// give it a secret, a header's value, a body or a path that a client made up. Thread-safe.
class Log {
 public:
  enum class Level : std::uint8_t { debug, info, warn, error };
  using Value = std::variant<std::string_view, std::int64_t, bool>;
  using Field = std::pair<std::string_view, Value>;

  /// `format` is `json` or `console`; `level` the least that is written.
  Log(const std::string& format, const std::string& level, const Clock& clock);
  ~Log();
  Log(const Log&) = delete;
  Log& operator=(const Log&) = delete;

  void write(Level level, std::string_view event, std::initializer_list<Field> fields = {});
  /// For what comes with every request: may be written up to kLinger later, with others in one system call.
  void append(Level level, std::string_view event, std::initializer_list<Field> fields);
  static constexpr std::chrono::seconds kLinger{1};

  void info(std::string_view event, std::initializer_list<Field> fields = {}) {
    write(Level::info, event, fields);
  }
  void warn(std::string_view event, std::initializer_list<Field> fields = {}) {
    write(Level::warn, event, fields);
  }
  void error(std::string_view event, std::initializer_list<Field> fields = {}) {
    write(Level::error, event, fields);
  }

  /// The least that is written from now on.
  void set_level(const std::string& level);

 private:
  std::shared_ptr<spdlog::logger> logger_;
  const Clock& clock_;
  bool json_;
};

}  // namespace cogos::app
