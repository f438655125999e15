#include "api/model_catalog.hpp"

#include <algorithm>

namespace cogos::api {

std::vector<ModelAlias> ModelCatalog::allowed(const keys::Package& package) const {
  std::vector<ModelAlias> models;
  const auto& tiers = package.allowed_model_tiers;
  std::copy_if(aliases_.begin(), aliases_.end(), std::back_inserter(models), [&](const ModelAlias& model) {
    return std::find(tiers.begin(), tiers.end(), model.alias) != tiers.end();
  });
  // What is no alias is the name of one of the engine's own models, allowed explicitly.
  for (const std::string& tier : tiers) {
    const bool is_alias = std::any_of(aliases_.begin(), aliases_.end(),
                                      [&](const ModelAlias& model) { return model.alias == tier; });
    if (!is_alias) models.push_back({tier, tier});
  }
  return models;
}

Result<ModelAlias> ModelCatalog::resolve(std::string_view requested, const keys::Package& package) const {
  const auto models = allowed(package);
  const auto found = std::find_if(models.begin(), models.end(), [&](const ModelAlias& model) {
    return requested.empty() || model.alias == requested;
  });
  if (found != models.end()) return *found;
  return Error(ErrorCode::model_tier_denied,
               "your package does not include this model; GET /v1/models lists those it does")
      .with_param("model");
}

}  // namespace cogos::api
