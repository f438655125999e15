#include "store/package_table.hpp"

#include "base/json.hpp"

namespace cogos::store {
namespace {

constexpr const char* kInsertPackage =
    "INSERT INTO packages (display_name, description, monthly_usd, monthly_request_quota, rpm_limit, "
    "max_prompt_tokens_per_call, daily_request_cap, daily_token_cap, allowed_model_tiers, is_default, "
    "active, "
    "package_id) VALUES (?,?,?,?,?,?,?,?,?,?,?,?)";
constexpr const char* kUpdatePackage =
    "UPDATE packages SET display_name = ?, description = ?, monthly_usd = ?, monthly_request_quota = ?, "
    "rpm_limit = ?, max_prompt_tokens_per_call = ?, daily_request_cap = ?, daily_token_cap = ?, "
    "allowed_model_tiers = ?, is_default = ?, active = ? WHERE package_id = ?";

void run(Statement& statement, const keys::Package& package) {
  statement.run(package.display_name, package.description, package.monthly_usd, package.monthly_request_quota,
                package.rpm_limit, package.max_prompt_tokens_per_call, package.daily_request_cap,
                package.daily_token_cap, base::canonical(Json(package.allowed_model_tiers)),
                package.is_default, package.active, package.id);
}

}  // namespace

PackageTable::PackageTable(Database& db)
    : insert_(db.prepare(kInsertPackage)), update_(db.prepare(kUpdatePackage)) {}

void PackageTable::insert(const keys::Package& package) {
  run(insert_, package);
}

void PackageTable::update(const keys::Package& package) {
  run(update_, package);
}

keys::Packages read_packages(Database& db) {
  keys::Packages packages;
  Statement select = db.prepare(
      "SELECT package_id, display_name, description, monthly_usd, monthly_request_quota, rpm_limit, "
      "max_prompt_tokens_per_call, daily_request_cap, daily_token_cap, allowed_model_tiers, is_default, "
      "active FROM packages ORDER BY position");
  Cursor row = select.query();
  while (row.step()) {
    keys::Package package{std::string(row.text(0)),
                          std::string(row.text(1)),
                          std::string(row.text(2)),
                          row.count(3),
                          row.count(4),
                          row.count(5),
                          row.count(6),
                          row.count(7),
                          row.count(8),
                          {},
                          row.integer(10) != 0,
                          row.integer(11) != 0};
    const auto tiers = base::parse_json(row.text(9));
    if (!tiers || !tiers->is_array()) throw StoreError("the stored model tiers of a package are not a list");
    for (const Json& tier : *tiers) {
      if (!tier.is_string()) throw StoreError("a stored model tier of a package is not text");
      package.allowed_model_tiers.push_back(tier.get<std::string>());
    }
    packages.push_back(std::move(package));
  }
  return packages;
}

}  // namespace cogos::store
