#include "api/package_order.hpp"

#include <algorithm>
#include <array>

#include "proof/wire.hpp"

namespace cogos::api {
namespace {

constexpr std::array<std::string_view, 12> kMembers{"id",
                                                    "display_name",
                                                    "description",
                                                    "monthly_usd",
                                                    "monthly_request_quota",
                                                    "rpm_limit",
                                                    "max_prompt_tokens_per_call",
                                                    "daily_request_cap",
                                                    "daily_token_cap",
                                                    "allowed_model_tiers",
                                                    "is_default",
                                                    "active"};

/// Takes members out of a body and collects everything that is wrong.
class PackageOrderReader {
 public:
  explicit PackageOrderReader(const Json& body) : body_(body) {
    for (const auto& [name, value] : body.items()) {
      if (std::find(kMembers.begin(), kMembers.end(), name) != kMembers.end()) continue;
      // Cut, since it is the caller's own text; its letters are UTF-8 as all of the body's are.
      problems.push_back(name.size() <= kLongestNamed ? "a package has no member " + name
                                                      : "a package has no member with so long a name");
    }
  }

  std::optional<std::string> text(const char* name) {
    const Json* value = find(name);
    if (!value) return std::nullopt;
    if (value->is_string()) return value->get<std::string>();
    problems.push_back(std::string(name) + " must be a string");
    return std::nullopt;
  }

  std::optional<std::uint64_t> number(const char* name) {
    const Json* value = find(name);
    if (!value) return std::nullopt;
    if (value->is_number_unsigned()) return value->get<std::uint64_t>();
    problems.push_back(std::string(name) + " must be a whole number, 0 or more");
    return std::nullopt;
  }

  std::optional<bool> boolean(const char* name) {
    const Json* value = find(name);
    if (!value) return std::nullopt;
    if (value->is_boolean()) return value->get<bool>();
    problems.push_back(std::string(name) + " must be true or false");
    return std::nullopt;
  }

  std::optional<std::vector<std::string>> texts(const char* name) {
    const Json* value = find(name);
    if (!value) return std::nullopt;
    if (value->is_array() &&
        std::all_of(value->begin(), value->end(), [](const Json& one) { return one.is_string(); })) {
      return value->get<std::vector<std::string>>();
    }
    problems.push_back(std::string(name) + " must be a list of strings");
    return std::nullopt;
  }

  std::vector<std::string> problems;

 private:
  static constexpr std::size_t kLongestNamed = 64;

  const Json* find(const char* name) const {
    const auto found = body_.find(name);
    return found == body_.end() ? nullptr : &*found;
  }

  const Json& body_;
};

keys::PackagePatch read_members(PackageOrderReader& reader) {
  keys::PackagePatch patch;
  patch.display_name = reader.text("display_name");
  patch.description = reader.text("description");
  patch.monthly_usd = reader.number("monthly_usd");
  patch.monthly_request_quota = reader.number("monthly_request_quota");
  patch.rpm_limit = reader.number("rpm_limit");
  patch.max_prompt_tokens_per_call = reader.number("max_prompt_tokens_per_call");
  patch.daily_request_cap = reader.number("daily_request_cap");
  patch.daily_token_cap = reader.number("daily_token_cap");
  patch.allowed_model_tiers = reader.texts("allowed_model_tiers");
  patch.is_default = reader.boolean("is_default");
  patch.active = reader.boolean("active");
  for (std::string& problem : keys::problems_of(patch)) reader.problems.push_back(std::move(problem));
  return patch;
}

Error invalid(std::vector<std::string> problems) {
  return Error(ErrorCode::validation_failed, "the package was not accepted; `errors` lists why")
      .with_problems(std::move(problems));
}

}  // namespace

Result<PackageOrder> read_new_package(const Json& body) {
  PackageOrderReader reader(body);
  const auto id = reader.text("id");
  if (!id) {
    if (!body.contains("id")) reader.problems.emplace_back("id is required");
  } else if (!proof::is_name(*id)) {
    reader.problems.emplace_back("id must match [a-z0-9][a-z0-9_-]{0,63}");
  }
  PackageOrder order{id.value_or(""), read_members(reader)};
  if (!body.contains("allowed_model_tiers")) {
    reader.problems.emplace_back("allowed_model_tiers is required");
  }
  if (!reader.problems.empty()) return invalid(std::move(reader.problems));
  return order;
}

Result<keys::PackagePatch> read_package_patch(const Json& body, std::string_view id) {
  PackageOrderReader reader(body);
  if (const auto named = reader.text("id"); named && *named != id) {
    reader.problems.emplace_back("id cannot be changed; make a new package instead");
  }
  auto patch = read_members(reader);
  if (!reader.problems.empty()) return invalid(std::move(reader.problems));
  return patch;
}

Json package_json(const keys::Package& package) {
  return {{"id", package.id},
          {"display_name", package.display_name},
          {"description", package.description},
          {"monthly_usd", package.monthly_usd},
          {"monthly_request_quota", package.monthly_request_quota},
          {"rpm_limit", package.rpm_limit},
          {"max_prompt_tokens_per_call", package.max_prompt_tokens_per_call},
          {"daily_request_cap", package.daily_request_cap},
          {"daily_token_cap", package.daily_token_cap},
          {"allowed_model_tiers", package.allowed_model_tiers},
          {"is_default", package.is_default},
          {"active", package.active}};
}

}  // namespace cogos::api
