#include "base/object_writer.hpp"

#include <stdexcept>

#include "base/json.hpp"

namespace cogos::base {

void ObjectWriter::begin(std::string_view name) {
  if (!last_.empty()) {
    if (name <= last_) throw std::logic_error("canonical JSON member out of order: " + std::string(name));
    out_ += ',';
  }
  last_ = name;
  out_ += '"';
  out_ += name;
  out_ += "\":";
}

ObjectWriter& ObjectWriter::text(std::string_view name, std::string_view value) {
  begin(name);
  append_json_string(value, out_);
  return *this;
}

ObjectWriter& ObjectWriter::text_or_null(std::string_view name, const std::optional<std::string>& value) {
  return value ? text(name, *value) : null(name);
}

ObjectWriter& ObjectWriter::number(std::string_view name, std::uint64_t value) {
  begin(name);
  out_ += std::to_string(value);
  return *this;
}

ObjectWriter& ObjectWriter::boolean(std::string_view name, bool value) {
  begin(name);
  out_ += value ? "true" : "false";
  return *this;
}

ObjectWriter& ObjectWriter::null(std::string_view name) {
  begin(name);
  out_ += "null";
  return *this;
}

ObjectWriter& ObjectWriter::raw(std::string_view name, std::string_view json) {
  begin(name);
  out_ += json;
  return *this;
}

ObjectWriter ObjectWriter::object(std::string_view name) {
  begin(name);
  return ObjectWriter(out_);
}

}  // namespace cogos::base
