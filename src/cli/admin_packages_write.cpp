#include <cstdint>
#include <optional>
#include <ostream>
#include <string>
#include <vector>

#include "cli/admin_call.hpp"
#include "cli/report.hpp"

namespace cogos::cli {
namespace {

struct PackageOptions {
  AdminOptions admin;
  std::string id;
  std::optional<std::string> display_name;
  std::optional<std::string> description;
  std::optional<std::uint64_t> monthly_usd;
  std::optional<std::uint64_t> monthly_request_quota;
  std::optional<std::uint64_t> rpm_limit;
  std::optional<std::uint64_t> max_prompt_tokens;
  std::optional<std::uint64_t> daily_request_cap;
  std::optional<std::uint64_t> daily_token_cap;
  std::vector<std::string> tiers;
  std::optional<bool> is_default;
  std::optional<bool> active;
};

/// What was said, and nothing else.
Result<std::string> body_of(const PackageOptions& options, bool with_id) {
  Json body = Json::object();
  const auto add = [&body](const char* name, const auto& value) {
    if (value) body[name] = *value;
  };
  if (with_id) body["id"] = options.id;
  add("display_name", options.display_name);
  add("description", options.description);
  add("monthly_usd", options.monthly_usd);
  add("monthly_request_quota", options.monthly_request_quota);
  add("rpm_limit", options.rpm_limit);
  add("max_prompt_tokens_per_call", options.max_prompt_tokens);
  add("daily_request_cap", options.daily_request_cap);
  add("daily_token_cap", options.daily_token_cap);
  if (!options.tiers.empty()) body["allowed_model_tiers"] = options.tiers;
  add("is_default", options.is_default);
  add("active", options.active);
  return body_text(body);
}

int show(const Result<Json>& answer, const PackageOptions& options, const char* done,
         CommandContext& context) {
  if (!answer) return refuse(context, answer.error());
  if (options.admin.json) {
    print_json(context, *answer);
  } else {
    context.out << done << ' ' << printable(options.id) << '\n';
  }
  return kDone;
}

std::string path_of(const PackageOptions& options) {
  return "/admin/packages/" + percent_encode(options.id);
}

int create(const PackageOptions& options, CommandContext& context) {
  auto body = body_of(options, true);
  if (!body) return refuse(context, body.error());
  const auto answer = admin_call(options.admin, context, "POST", "/admin/packages", std::move(*body));
  return show(answer, options, "created", context);
}

/// An empty id would make the path of the list.
bool names_none(const PackageOptions& options, CommandContext& context) {
  if (options.id.empty()) complain(context, "ID is empty; `cogos admin packages list` shows them");
  return options.id.empty();
}

int update(const PackageOptions& options, CommandContext& context) {
  if (names_none(options, context)) return kUnusable;
  auto body = body_of(options, false);
  if (!body) return refuse(context, body.error());
  const auto answer = admin_call(options.admin, context, "PUT", path_of(options), std::move(*body));
  return show(answer, options, "updated", context);
}

int remove(const PackageOptions& options, CommandContext& context) {
  if (names_none(options, context)) return kUnusable;
  const auto answer = admin_call(options.admin, context, "DELETE", path_of(options));
  return show(answer, options, "deleted", context);
}

void add_members(CLI::App& app, PackageOptions& options) {
  app.add_option("--display-name", options.display_name, "Name to show");
  app.add_option("--description", options.description, "What it is for");
  app.add_option("--monthly-usd", options.monthly_usd, "Price a month")
      ->check(CLI::NonNegativeNumber)
      ->type_name("USD");
  app.add_option("--rpm", options.rpm_limit, "Requests a minute of a tenant; 0 is no limit")
      ->check(CLI::NonNegativeNumber)
      ->type_name("N");
  app.add_option("--monthly-quota", options.monthly_request_quota, "Calls a calendar month; 0 is no limit")
      ->check(CLI::NonNegativeNumber)
      ->type_name("N");
  app.add_option("--daily-calls", options.daily_request_cap, "Calls a day; 0 is no limit")
      ->check(CLI::NonNegativeNumber)
      ->type_name("N");
  app.add_option("--daily-tokens", options.daily_token_cap, "Tokens a day; 0 is no limit")
      ->check(CLI::NonNegativeNumber)
      ->type_name("N");
  app.add_option("--max-prompt-tokens", options.max_prompt_tokens, "Tokens of one prompt; 0 is no limit")
      ->check(CLI::NonNegativeNumber)
      ->type_name("N");
  app.add_option("--tiers", options.tiers, "Model tiers it allows, separated by commas")
      ->delimiter(',')
      ->type_name("TIER");
  app.add_option("--default", options.is_default, "Whether keys without a package get it")->type_name("BOOL");
  app.add_option("--active", options.active, "Whether it can be given to keys")->type_name("BOOL");
  add_admin_options(app, options.admin);
}

}  // namespace

void add_admin_packages_create(CLI::App& parent, CommandContext& context) {
  CLI::App& app = *parent.add_subcommand("create", "Make a package");
  auto options = std::make_shared<PackageOptions>();
  app.add_option("ID", options->id, "Its id")->required();
  add_members(app, *options);
  app.footer(
      "Example:\n"
      "  cogos admin packages create pilot --display-name Pilot --rpm "
      "60 --monthly-quota 1000 --tiers "
      "cogos-tier-a");
  runs(app, std::move(options), context, create);
}

void add_admin_packages_update(CLI::App& parent, CommandContext& context) {
  CLI::App& app = *parent.add_subcommand("update", "Change what is named of a package, at once for all keys");
  auto options = std::make_shared<PackageOptions>();
  app.add_option("ID", options->id, "Its id, as `list` shows it")->required();
  add_members(app, *options);
  app.footer("Example:\n  cogos admin packages update pilot --rpm 120");
  runs(app, std::move(options), context, update);
}

void add_admin_packages_delete(CLI::App& parent, CommandContext& context) {
  CLI::App& app = *parent.add_subcommand("delete", "Take a package out of use; the default one cannot be");
  auto options = std::make_shared<PackageOptions>();
  app.add_option("ID", options->id, "Its id, as `list` shows it")->required();
  add_admin_options(app, options->admin);
  app.footer("Example:\n  cogos admin packages delete pilot");
  runs(app, std::move(options), context, remove);
}

}  // namespace cogos::cli
