#include "app/log.hpp"

#include <spdlog/sinks/base_sink.h>
#include <spdlog/spdlog.h>

#include <cstdio>
#include <mutex>

#include "base/json.hpp"
#include "base/utf8.hpp"

namespace cogos::app {
namespace {

/// Standard error in portions: a system call a line would be a tenth of a small request's cost.
class PortionedStderr final : public spdlog::sinks::base_sink<std::mutex> {
 public:
  ~PortionedStderr() override { drain(); }

 protected:
  void sink_it_(const spdlog::details::log_msg& message) override {
    portion_.append(message.payload.data(), message.payload.size());
    portion_ += '\n';
    if (portion_.size() >= kPortion) drain();
  }
  void flush_() override { drain(); }

 private:
  static constexpr std::size_t kPortion = 16 * 1024;

  void drain() {
    std::fwrite(portion_.data(), 1, portion_.size(), stderr);  // unbuffered itself
    portion_.clear();
  }

  std::string portion_;
};

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
    : logger_(std::make_shared<spdlog::logger>("cogos", std::make_shared<PortionedStderr>())),
      clock_(clock),
      json_(format == "json") {
  set_level(level);
  spdlog::register_logger(logger_);
  spdlog::flush_every(kLinger);
}

Log::~Log() {
  spdlog::shutdown();
}

void Log::set_level(const std::string& level) {
  logger_->set_level(spdlog::level::from_str(level));
}

void Log::write(Level level, std::string_view event, std::initializer_list<Field> fields) {
  append(level, event, fields);
  logger_->flush();
}

void Log::append(Level level, std::string_view event, std::initializer_list<Field> fields) {
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
