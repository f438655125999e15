#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "app/settings.hpp"

namespace cogos::app {

/// Where one setting goes, and what it may be.
struct SettingPlace {
  struct Number {
    std::uint32_t* value;
    std::uint32_t low;
    std::uint32_t high;
  };
  struct Choice {
    std::string* value;
    std::vector<std::string_view> among;
  };
  std::string_view section;
  std::string_view key;
  std::variant<std::string*, bool*, Number, Choice, std::vector<std::string>*> place;
};

/// Every known setting of `settings`, in the order of config/cogos.toml.
[[nodiscard]] std::vector<SettingPlace> settings_table(Settings& settings);

}  // namespace cogos::app
