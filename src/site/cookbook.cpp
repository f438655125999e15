#include "site/cookbook.hpp"

#include <algorithm>
#include <array>

#include "site/document.hpp"
#include "site/embedded.hpp"

namespace cogos::site {
namespace {

/// In the order in which they are fetched; what others include first.
constexpr std::array kPrograms{"receipt.sh",        "rows.sh",         "chain.sh",
                               "span.sh",           "unseal.sh",       "sign_request.sh",
                               "verify_receipt.py", "verify_chain.py", "verify_span.py",
                               "unseal.py",         "sign_request.py", "verify_receipt.mjs",
                               "verify_chain.mjs",  "verify_span.mjs", "unseal.mjs",
                               "sign_request.mjs",  "package.json",    "package-lock.json"};

/// `verify_chain.py` as a template names it.
std::string name_in_template(std::string name) {
  std::replace(name.begin(), name.end(), '.', '_');
  return name;
}

Json programs() {
  Json data{{"files", Json::array()}};
  for (const char* name : kPrograms) {
    const Json program{{"name", name}, {"text", std::string(base::embedded_file(embedded_files(), name))}};
    data["files"].push_back(program);
    data[name_in_template(name)] = program;
  }
  return data;
}

}  // namespace

Cookbook::Cookbook(const Renderer& renderer)
    : page_(make_document(kHtml, renderer.render("cookbook", programs()))) {
  for (const char* name : kPrograms) {
    programs_.push_back({"/cookbook/" + std::string(name), make_embedded(name, kText)});
  }
}

void Cookbook::add_routes(http::Router& router) const {
  router.add(serve("/cookbook", page_));
  for (const Program& program : programs_) router.add(serve(program.path, program.resource));
}

}  // namespace cogos::site
