#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cogos::http {

/// Header or trailer fields in order; names compare without regard to ASCII case (RFC 9110 §5.1). Values hold
/// no CR, LF or NUL: the parser refuses such input, and set/add replace them by a space in ours.
class Headers {
 public:
  using Field = std::pair<std::string, std::string>;

  /// The first field of that name.
  [[nodiscard]] std::optional<std::string_view> find(std::string_view name) const noexcept;
  /// How many fields have that name.
  [[nodiscard]] std::size_t count(std::string_view name) const noexcept;
  /// All values of that name joined by ", " (RFC 9110 §5.3).
  [[nodiscard]] std::string joined(std::string_view name) const;
  /// Replaces every field of that name by one.
  void set(std::string_view name, std::string value);
  void add(std::string_view name, std::string value);

  [[nodiscard]] auto begin() const noexcept { return fields_.begin(); }
  [[nodiscard]] auto end() const noexcept { return fields_.end(); }
  [[nodiscard]] bool empty() const noexcept { return fields_.empty(); }

 private:
  std::vector<Field> fields_;
};

/// ASCII case-insensitive equality.
[[nodiscard]] bool iequals(std::string_view a, std::string_view b) noexcept;

}  // namespace cogos::http
