#include "cli/security_headers.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <sstream>
#include <vector>

#include "cli/checkout_origin.hpp"

namespace cogos::cli {
namespace {

struct Required {
  std::string_view name;
  std::array<std::string_view, 3> values;  ///< Any of these; all empty: any value.
};

constexpr std::string_view kHsts = "Strict-Transport-Security";

constexpr std::array<Required, 7> kRequired{{
    {kHsts, {"max-age=63072000; includeSubDomains; preload"}},
    {"X-Content-Type-Options", {"nosniff"}},
    {"X-Frame-Options", {"DENY"}},
    {"Referrer-Policy", {"no-referrer", "same-origin", "strict-origin"}},
    {"Permissions-Policy", {}},
    {"Cross-Origin-Opener-Policy", {"same-origin"}},
    {"Cross-Origin-Resource-Policy", {"same-origin", "same-site", "cross-origin"}},
}};

/// Whatever names the software helps whoever looks for a known hole.
constexpr std::array<std::string_view, 4> kNames{"Server", "X-Powered-By", "X-AspNet-Version", "Via"};

using Directives = std::map<std::string, std::vector<std::string>, std::less<>>;

/// CSP Level 3 §2.2.1: of a directive that is there twice the first counts.
Directives read_policy(std::string_view text) {
  Directives directives;
  std::istringstream policy{std::string(text)};
  for (std::string part; std::getline(policy, part, ';');) {
    std::istringstream words(part);
    std::string name;
    if (!(words >> name)) continue;
    std::vector<std::string> sources;
    for (std::string word; words >> word;) sources.push_back(word);
    directives.emplace(std::move(name), std::move(sources));
  }
  return directives;
}

bool is_none(const Directives& policy, std::string_view name) {
  const auto found = policy.find(name);
  return found != policy.end() && found->second == std::vector<std::string>{"'none'"};
}

/// Whether a directive says from where or to where something may go; others, such as
/// require-trusted-types-for, only forbid.
bool lists_sources(const std::string& directive) {
  return directive.find("-src") != std::string::npos || directive == "form-action" ||
         directive == "base-uri" || directive == "frame-ancestors";
}

bool may_be_source(const std::string& source) {
  return source == "'none'" || source == "'self'" || source.starts_with("'sha256-");
}

std::string policy_fault(const ProbeAnswer& answer) {
  const auto text = answer.header("Content-Security-Policy");
  if (!text) return "no Content-Security-Policy";
  const Directives policy = read_policy(*text);
  for (const std::string_view name : {"default-src", "base-uri", "frame-ancestors"}) {
    if (!is_none(policy, name)) return "the policy's " + std::string(name) + " is not 'none'";
  }
  if (!policy.contains("form-action")) return "the policy has no form-action";
  for (const auto& [name, sources] : policy) {
    if (!lists_sources(name)) continue;
    for (const std::string& source : sources) {
      const bool checkout = name == "form-action" && source == kCheckoutOrigin;
      if (checkout || may_be_source(source)) continue;
      return std::string("the policy's ").append(name).append(" allows ").append(source);
    }
  }
  return {};
}

}  // namespace

std::string header_fault(const ProbeAnswer& answer, bool by_tls) {
  for (const Required& one : kRequired) {
    if (one.name == kHsts && !by_tls) continue;
    const std::string name(one.name);
    const auto value = answer.header(one.name);
    if (!value) return "no " + name;
    if (answer.count(one.name) > 1) return name + " is there twice";
    if (!one.values[0].empty() &&
        std::find(one.values.begin(), one.values.end(), *value) == one.values.end()) {
      return name + " is " + std::string(*value);
    }
  }
  if (auto fault = policy_fault(answer); !fault.empty()) return fault;
  for (const std::string_view name : kNames) {
    if (const auto value = answer.header(name)) {
      return "names its software: " + std::string(name) + ": " + std::string(*value);
    }
  }
  return {};
}

}  // namespace cogos::cli
