#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace cogos::base {

/// Writes one canonical JSON object whose members are known in advance, without a DOM. Members come in
/// ascending order; one that does not throws std::logic_error, so a wrong order cannot leave a test. Names
/// are ASCII and need no escape. One writer to a string at a time.
class ObjectWriter {
 public:
  /// Appends to `out`, which must outlive the writer.
  explicit ObjectWriter(std::string& out) : out_(out) { out_ += '{'; }
  ObjectWriter(const ObjectWriter&) = delete;
  ObjectWriter& operator=(const ObjectWriter&) = delete;
  ~ObjectWriter() = default;

  ObjectWriter& text(std::string_view name, std::string_view value);
  /// null where there is none.
  ObjectWriter& text_or_null(std::string_view name, const std::optional<std::string>& value);
  /// 0..2^53-1.
  ObjectWriter& number(std::string_view name, std::uint64_t value);
  ObjectWriter& boolean(std::string_view name, bool value);
  ObjectWriter& null(std::string_view name);
  /// `json` is canonical JSON already.
  ObjectWriter& raw(std::string_view name, std::string_view json);
  /// A member that is an object itself, to be closed before the next member is written.
  [[nodiscard]] ObjectWriter object(std::string_view name);
  void close() { out_ += '}'; }

 private:
  void begin(std::string_view name);

  std::string& out_;
  std::string_view last_;
};

}  // namespace cogos::base
