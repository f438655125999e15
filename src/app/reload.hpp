#pragma once

#include <functional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "app/log.hpp"
#include "app/settings.hpp"
#include "base/time.hpp"

namespace cogos::app {

/// Takes from the settings file, read again, what can change while the server runs. For one thread at a time.
class SettingsReload {
 public:
  using Read = std::function<Result<Settings>()>;

  /// `in_force` is what the server was started with; `read` gives what a start now would have, the
  /// environment and the command line included. `log` and `clock` must outlive it.
  SettingsReload(const Settings& in_force, Read read, Log& log, const Clock& clock)
      : in_force_(in_force), read_(std::move(read)), log_(log), clock_(clock) {}

  /// `apply` puts these settings in force, for every request that comes in after it; `names` are theirs, as
  /// `section.key`. It must not fail.
  void on_change(std::vector<std::string_view> names, std::function<void(const Settings&)> apply);

  /// All or nothing: where the file cannot be read or a start would refuse it, what is in force stays, and
  /// the log says why. Otherwise what changed is logged once it is in force, and what waits for a restart
  /// too.
  void reload();

 private:
  struct Rule {
    std::vector<std::string_view> names;
    std::function<void(const Settings&)> apply;
  };
  void apply(const Settings& fresh, const std::set<std::string>& changed);
  [[nodiscard]] bool is_live(std::string_view name) const;

  Settings in_force_;
  Read read_;
  Log& log_;
  const Clock& clock_;
  std::vector<Rule> rules_;
};

}  // namespace cogos::app
