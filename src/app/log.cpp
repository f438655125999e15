#include "app/log.hpp"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include "base/json.hpp"
#include "base/utf8.hpp"

namespace cogos::app {
namespace {

spdlog::level::level_enum to_spdlog(Log::Level level) {
  switch (level) {
    case Log::Level::debug:
      return spdlog::level::debug;
    case Log::Level::info:
      return spdlog::level::info;
    case Log::Level::warn:
      return spdlog::level::warn;
    case Log::Level::error:
      break;
  }
  return spdlog::level::err;
}

void append_value(const Log::Value& value, std::string& out) {
  if (const auto* text = std::get_if<std::string_view>(&value)) {
    base::append_json_string(base::is_utf8(*text) ? *text : "(not UTF-8)", out);
  } else if (const auto* number = std::get_if<std::int64_t>(&value)) {
    out += std::to_string(*number);
  } else {
    out += std::get<bool>(value) ? "true" : "false";
  }
}

}  // namespace

Log::Log(const std::string& format, const std::string& level, const Clock& clock)
    : logger_(std::make_shared<spdlog::logger>("cogos", std::make_shared<spdlog::sinks::stderr_sink_mt>())),
      clock_(clock),
      json_(format == "json") {
  logger_->set_pattern("%v");
  logger_->set_level(spdlog::level::from_str(level));
  logger_->flush_on(spdlog::level::info);
}

Log::~Log() = default;

void Log::write(Level level, std::string_view event, std::initializer_list<Field> fields) {
  const auto severity = to_spdlog(level);
  if (!logger_->should_log(severity)) return;
  const auto name = spdlog::level::to_string_view(severity);
  const std::string_view level_name(name.data(), name.size());
  std::string line;
  line.reserve(256);
  if (json_) {
    line.append("{\"ts\":\"").append(to_rfc3339(clock_.now())).append("\",\"level\":\"").append(level_name);
    line.append("\",\"event\":");
    base::append_json_string(event, line);
    for (const auto& [field, value] : fields) {
      line.append(",\"").append(field).append("\":");
      append_value(value, line);
    }
    line += '}';
  } else {
    line.append(to_rfc3339(clock_.now())).append(1, ' ').append(level_name).append(1, ' ').append(event);
    for (const auto& [field, value] : fields) {
      line.append(1, ' ').append(field).append(1, '=');
      append_value(value, line);
    }
  }
  logger_->log(severity, spdlog::string_view_t(line));
}

}  // namespace cogos::app
