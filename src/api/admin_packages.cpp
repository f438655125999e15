#include "api/admin_packages.hpp"

#include "api/json_io.hpp"
#include "api/package_order.hpp"
#include "http/await_callback.hpp"

namespace cogos::api {
namespace {

using keys::Packages;
using Changed = Result<proof::ChainHead>;

/// What the operator sent, member by member, for the row: each is bounded, and none is a secret.
keys::OperatorRows::Detail detail_of(const Json& body, std::string event, const std::string& id) {
  keys::OperatorRows::Detail detail{{"event", std::move(event)}, {"package_id", id}};
  for (const auto& [name, value] : body.items()) {
    if (name == "id") continue;
    detail.emplace(name, value.is_string() ? value.get<std::string>() : base::canonical(value));
  }
  return detail;
}

}  // namespace

void AdminPackagesApi::add_routes(http::Router& router) {
  router.add({"GET", "/admin/packages", http::Realm::admin, http::BodyKind::none,
              [this](http::Exchange& exchange) { return list(exchange); }});
  router.add({"POST", "/admin/packages", http::Realm::admin, http::BodyKind::json,
              [this](http::Exchange& exchange) { return create(exchange); }});
  router.add({"PUT", "/admin/packages/{id}", http::Realm::admin, http::BodyKind::json,
              [this](http::Exchange& exchange) { return update(exchange); }});
  router.add({"DELETE", "/admin/packages/{id}", http::Realm::admin, http::BodyKind::none,
              [this](http::Exchange& exchange) { return remove(exchange); }});
}

AdminPackagesApi::Answer AdminPackagesApi::list(http::Exchange& /*exchange*/) {
  Json packages = Json::array();
  const auto snapshot = keyring_.snapshot();
  for (const keys::Package& package : snapshot->packages()) {
    packages.push_back(package_json(package));
  }
  const Json body{{"packages", std::move(packages)}};
  co_return json_response(200, body);
}

AdminPackagesApi::Answer AdminPackagesApi::create(http::Exchange& exchange) {
  const auto body = read_object(exchange.request);
  if (!body) co_return body.error();
  auto order = read_new_package(*body);
  if (!order) co_return order.error();
  Report report{201, "package.created", order->id};
  auto apply = [order = std::move(*order)](Packages all) {
    return keys::add_package(std::move(all), order.id, order.patch);
  };
  Answer changing = change(exchange, std::move(apply), std::move(report));
  co_return co_await std::move(changing);
}

AdminPackagesApi::Answer AdminPackagesApi::update(http::Exchange& exchange) {
  const std::string id = exchange.path_parameters.find("id")->second;
  const auto body = read_object(exchange.request);
  if (!body) co_return body.error();
  auto patch = read_package_patch(*body, id);
  if (!patch) co_return patch.error();
  Report report{200, "package.changed", id};
  auto apply = [id, patch = std::move(*patch)](Packages all) {
    return keys::change_package(std::move(all), id, patch);
  };
  Answer changing = change(exchange, std::move(apply), std::move(report));
  co_return co_await std::move(changing);
}

AdminPackagesApi::Answer AdminPackagesApi::remove(http::Exchange& exchange) {
  const std::string id = exchange.path_parameters.find("id")->second;
  Report report{200, "package.deleted", id};
  auto apply = [id](Packages all) { return keys::delete_package(std::move(all), id); };
  Answer changing = change(exchange, std::move(apply), std::move(report));
  co_return co_await std::move(changing);
}

AdminPackagesApi::Answer AdminPackagesApi::change(http::Exchange& exchange, keys::PackageStore::Change apply,
                                                  Report report) {
  // Known to the keyring or not in the store: none is ever removed. An unknown id costs no write, and its
  // text, which is the caller's, gets into no row.
  if (report.status != 201 && !keyring_.snapshot()->package(report.id)) {
    co_return Error(ErrorCode::not_found, "no package has this id; GET /admin/packages lists all");
  }
  const auto body = read_object(exchange.request);
  if (!body) co_return body.error();
  const std::string route(exchange.request.path());
  proof::RowDraft row = operator_rows_.change(exchange.request.method, route, report.status, exchange.id,
                                              detail_of(*body, report.event, report.id));
  // What the change makes of the packages: written on the store's thread, in the order of the commits, and
  // put into force there, so that of two changes the later one stays.
  const auto after = std::make_shared<Packages>();
  keys::PackageStore::Change keeping = [after, apply = std::move(apply)](Packages before) {
    auto changed = apply(std::move(before));
    if (changed) *after = *changed;
    return changed;
  };
  auto start = [this, after, keeping = std::move(keeping),
                row = std::move(row)](keys::PackageStore::Changed done) mutable {
    auto put = [this, after, done = std::move(done)](Changed head) {
      if (head) keyring_.put_packages(*after);
      done(std::move(head));
    };
    store_.change(std::move(keeping), std::move(row), std::move(put));
  };
  http::Task<Changed> changing = http::await_callback<Changed>(std::move(start));
  const Changed head = co_await std::move(changing);
  if (!head) co_return head.error();
  Json answer = package_json(*keys::find_package(*after, report.id));
  if (report.event == "package.deleted") answer["deleted"] = true;
  answer["chain_head_after"] = head->row_hash;
  co_return json_response(report.status, answer);
}

}  // namespace cogos::api
