#include "keys/package_change.hpp"

#include <algorithm>

namespace cogos::keys {
namespace {

constexpr std::size_t kMaxDisplayName = 100;
constexpr std::size_t kMaxDescription = 1'000;
constexpr std::size_t kMaxTiers = 64;
constexpr std::size_t kMaxTierName = 128;
constexpr std::uint64_t kMaxNumber = (std::uint64_t{1} << 53U) - 1;

bool is_control(char c) {
  const auto u = static_cast<unsigned char>(c);
  return u < 0x20 || u == 0x7F;
}

bool is_visible_ascii(char c) {
  return c > ' ' && c <= '~';
}

class Check {
 public:
  void text(std::string_view name, const std::optional<std::string>& value, std::size_t least,
            std::size_t most) {
    if (!value) return;
    if (value->size() < least || value->size() > most ||
        std::any_of(value->begin(), value->end(), is_control)) {
      problems.push_back(std::string(name) + " must have " + std::to_string(least) + " to " +
                         std::to_string(most) + " bytes and no control characters");
    }
  }
  void number(std::string_view name, const std::optional<std::uint64_t>& value, std::uint64_t most) {
    if (!value || *value <= most) return;
    problems.push_back(std::string(name) + " must be a whole number from 0 to " + std::to_string(most));
  }
  void tiers(const std::optional<std::vector<std::string>>& value) {
    if (!value) return;
    const bool fit = !value->empty() && value->size() <= kMaxTiers &&
                     std::all_of(value->begin(), value->end(), [](const std::string& tier) {
                       return !tier.empty() && tier.size() <= kMaxTierName &&
                              std::all_of(tier.begin(), tier.end(), is_visible_ascii);
                     });
    if (!fit) {
      problems.emplace_back(
          "allowed_model_tiers must list 1 to 64 names of 1 to 128 visible ASCII characters each");
    }
    auto sorted = *value;
    std::sort(sorted.begin(), sorted.end());
    if (std::adjacent_find(sorted.begin(), sorted.end()) != sorted.end()) {
      problems.emplace_back("allowed_model_tiers must name each model once");
    }
  }

  std::vector<std::string> problems;
};

template <class T>
void put(T& member, const std::optional<T>& value) {
  if (value) member = *value;
}

void apply(Package& package, const PackagePatch& patch) {
  put(package.display_name, patch.display_name);
  put(package.description, patch.description);
  put(package.monthly_usd, patch.monthly_usd);
  put(package.monthly_request_quota, patch.monthly_request_quota);
  put(package.rpm_limit, patch.rpm_limit);
  put(package.max_prompt_tokens_per_call, patch.max_prompt_tokens_per_call);
  put(package.daily_request_cap, patch.daily_request_cap);
  put(package.daily_token_cap, patch.daily_token_cap);
  put(package.allowed_model_tiers, patch.allowed_model_tiers);
  put(package.active, patch.active);
}

Error conflict(std::string message) {
  return {ErrorCode::conflict, std::move(message)};
}

Error inactive_default() {
  return conflict("the default package must be active; make another one the default first");
}

Packages::iterator find(Packages& all, std::string_view id) {
  return std::find_if(all.begin(), all.end(), [id](const Package& one) { return one.id == id; });
}

void make_default(Packages& all, Package& chosen) {
  for (Package& package : all) package.is_default = false;
  chosen.is_default = true;
}

Error unknown() {
  return {ErrorCode::not_found, "no package has this id; GET /admin/packages lists all"};
}

}  // namespace

std::vector<std::string> problems_of(const PackagePatch& patch) {
  Check check;
  check.text("display_name", patch.display_name, 1, kMaxDisplayName);
  check.text("description", patch.description, 0, kMaxDescription);
  check.number("monthly_usd", patch.monthly_usd, kMaxNumber);
  check.number("monthly_request_quota", patch.monthly_request_quota, kMaxNumber);
  check.number("rpm_limit", patch.rpm_limit, kMaxRpm);
  check.number("max_prompt_tokens_per_call", patch.max_prompt_tokens_per_call, kMaxNumber);
  check.number("daily_request_cap", patch.daily_request_cap, kMaxNumber);
  check.number("daily_token_cap", patch.daily_token_cap, kMaxNumber);
  check.tiers(patch.allowed_model_tiers);
  return std::move(check.problems);
}

Result<Packages> add_package(Packages all, std::string_view id, const PackagePatch& patch) {
  if (find(all, id) != all.end()) {
    return conflict("a package has this id already, maybe a deleted one; PUT changes it");
  }
  Package fresh;
  fresh.id = id;
  fresh.display_name = id;
  apply(fresh, patch);
  const bool is_default = patch.is_default.value_or(false);
  if (is_default && !fresh.active) return inactive_default();
  all.push_back(std::move(fresh));
  if (is_default) make_default(all, all.back());
  return all;
}

Result<Packages> change_package(Packages all, std::string_view id, const PackagePatch& patch) {
  const auto found = find(all, id);
  if (found == all.end()) return unknown();
  apply(*found, patch);
  if (found->is_default && patch.is_default == false) {
    return conflict("there must be a default package; make another one the default instead");
  }
  if (patch.is_default == true) make_default(all, *found);
  if (found->is_default && !found->active) return inactive_default();
  return all;
}

Result<Packages> delete_package(Packages all, std::string_view id) {
  const auto found = find(all, id);
  if (found == all.end()) return unknown();
  if (!found->active) return conflict("this package was deleted before");
  if (found->is_default) return inactive_default();
  found->active = false;
  return all;
}

const Package* find_package(const Packages& all, std::string_view id) noexcept {
  const auto found = std::find_if(all.begin(), all.end(), [id](const Package& one) { return one.id == id; });
  return found == all.end() ? nullptr : &*found;
}

}  // namespace cogos::keys
