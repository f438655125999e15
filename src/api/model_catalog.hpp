#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "cogos/result.hpp"
#include "keys/package.hpp"

namespace cogos::api {

/// A tier's public name and the engine's model behind it.
struct ModelAlias {
  std::string alias;
  std::string model;
};

/// The models that customers can name. Immutable.
class ModelCatalog {
 public:
  explicit ModelCatalog(std::vector<ModelAlias> aliases) : aliases_(std::move(aliases)) {}

  /// The aliases in the catalogue's order, then the engine's own models that the package names.
  [[nodiscard]] std::vector<ModelAlias> allowed(const keys::Package& package) const;
  /// What `requested` names; an empty one takes the package's first. Fails with model_tier_denied for
  /// everything that the package does not name, the engine's own names included.
  [[nodiscard]] Result<ModelAlias> resolve(std::string_view requested, const keys::Package& package) const;

 private:
  std::vector<ModelAlias> aliases_;
};

}  // namespace cogos::api
