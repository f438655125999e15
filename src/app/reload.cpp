#include "app/reload.hpp"

#include <algorithm>

#include "app/settings_check.hpp"
#include "app/settings_table.hpp"

namespace cogos::app {
namespace {

struct Change {
  std::string name;
  std::string from;
  std::string to;
};

/// `name = value` into its two halves.
std::pair<std::string, std::string> halves(const std::string& line) {
  const auto middle = line.find(" = ");
  return {line.substr(0, middle), line.substr(middle + 3)};
}

std::vector<Change> differences(const Settings& before, const Settings& after) {
  const auto old_lines = describe(before);
  const auto new_lines = describe(after);
  std::vector<Change> changes;
  for (std::size_t i = 0; i < old_lines.size(); ++i) {
    if (old_lines[i] == new_lines[i]) continue;
    auto [name, from] = halves(old_lines[i]);
    changes.push_back({std::move(name), std::move(from), halves(new_lines[i]).second});
  }
  return changes;
}

/// Sets one setting to what another place of the same kind has.
void copy_value(const SettingPlace& from, const SettingPlace& to) {
  const auto copy = [&from](auto* target) { *target = *std::get<decltype(target)>(from.place); };
  if (auto* const* text = std::get_if<std::string*>(&to.place)) copy(*text);
  if (auto* const* flag = std::get_if<bool*>(&to.place)) copy(*flag);
  if (auto* const* list = std::get_if<std::vector<std::string>*>(&to.place)) copy(*list);
  if (const auto* number = std::get_if<SettingPlace::Number>(&to.place)) {
    *number->value = *std::get<SettingPlace::Number>(from.place).value;
  }
  if (const auto* choice = std::get_if<SettingPlace::Choice>(&to.place)) {
    *choice->value = *std::get<SettingPlace::Choice>(from.place).value;
  }
}

void take_over(Settings fresh, const std::set<std::string>& names, Settings& in_force) {
  const auto from = settings_table(fresh);
  const auto to = settings_table(in_force);
  for (std::size_t i = 0; i < to.size(); ++i) {
    const std::string name = std::string(to[i].section) + "." + std::string(to[i].key);
    if (names.contains(name)) copy_value(from[i], to[i]);
  }
}

}  // namespace

void SettingsReload::on_change(std::vector<std::string_view> names,
                               std::function<void(const Settings&)> apply) {
  rules_.push_back({std::move(names), std::move(apply)});
}

bool SettingsReload::is_live(std::string_view name) const {
  return std::any_of(rules_.begin(), rules_.end(), [name](const Rule& rule) {
    return std::find(rule.names.begin(), rule.names.end(), name) != rule.names.end();
  });
}

void SettingsReload::reload() {
  const auto fresh = read_();
  std::string problem = fresh ? "" : fresh.error().message();
  if (fresh) {
    for (const std::string& found : problems_of(*fresh, clock_.now()))
      problem += (problem.empty() ? "" : "; ") + found;
  }
  if (!problem.empty()) {
    log_.error("settings not reloaded; the old ones stay in force", {{"reason", problem}});
    return;
  }
  std::set<std::string> live;
  const auto changes = differences(in_force_, *fresh);
  for (const Change& change : changes) {
    if (is_live(change.name)) live.insert(change.name);
  }
  apply(*fresh, live);
  for (const Change& change : changes) {
    const bool done = live.contains(change.name);
    log_.write(done ? Log::Level::info : Log::Level::warn,
               done ? "setting changed" : "setting waits for a restart",
               {{"setting", change.name}, {"from", change.from}, {"to", change.to}});
  }
  log_.info("settings reloaded", {{"changed", static_cast<std::int64_t>(live.size())},
                                  {"waiting", static_cast<std::int64_t>(changes.size() - live.size())}});
}

void SettingsReload::apply(const Settings& fresh, const std::set<std::string>& changed) {
  for (const Rule& rule : rules_) {
    const bool due = std::any_of(rule.names.begin(), rule.names.end(), [&changed](std::string_view name) {
      return changed.contains(std::string(name));
    });
    if (due) rule.apply(fresh);
  }
  take_over(fresh, changed, in_force_);
}

}  // namespace cogos::app
