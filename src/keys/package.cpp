#include "keys/package.hpp"

namespace cogos::keys {

std::vector<Package> seed_packages() {
  const std::vector<std::string> base_tier{"cogos-tier-b"};
  const std::vector<std::string> all_tiers{"cogos-tier-a", "cogos-tier-b"};
  return {
      {"free", "Free", "To try it out.", 0, 1'000, 20, 4'096, 100, 200'000, base_tier, true, true},
      {"developer", "Developer", "For one developer.", 29, 20'000, 120, 16'384, 2'000, 4'000'000, all_tiers,
       false, true},
      {"team", "Team", "For a team's first product.", 199, 200'000, 400, 32'768, 20'000, 40'000'000,
       all_tiers, false, true},
      {"business", "Business", "For production.", 999, 2'000'000, 1'200, 65'536, 200'000, 400'000'000,
       all_tiers, false, true},
      {"enterprise", "Enterprise", "By contract.", 0, 0, 6'000, 131'072, 0, 0, all_tiers, false, true},
  };
}

}  // namespace cogos::keys
