#include "api/key_order.hpp"

#include <chrono>

#include "keys/rotation.hpp"

namespace cogos::api {
namespace {

constexpr std::chrono::days kDefaultLifetime{365};

Error invalid(std::string message, std::string_view param) {
  return Error(ErrorCode::validation_failed, std::move(message)).with_param(std::string(param));
}

/// Takes text members out of the body one by one and keeps the first problem.
class KeyOrderReader {
 public:
  explicit KeyOrderReader(const Json& body) : body_(body) {}

  std::optional<std::string> text(const char* name) {
    const auto found = body_.find(name);
    if (found == body_.end() || found->is_null()) return std::nullopt;
    if (found->is_string()) return found->get<std::string>();
    fail(std::string(name) + " must be a string", name);
    return std::nullopt;
  }
  void fail(std::string message, std::string_view name) {
    if (!problem) problem = invalid(std::move(message), name);
  }

  std::optional<Error> problem;

 private:
  const Json& body_;
};

}  // namespace

Result<keys::KeyOrder> read_key_order(const Json& body, const keys::KeyringSnapshot& snapshot,
                                      TimePoint now) {
  KeyOrderReader reader(body);
  keys::KeyOrder order;
  const auto tenant = reader.text("tenant_id");
  if (!tenant) reader.fail("tenant_id is required", "tenant_id");
  order.tenant_id = tenant.value_or("");
  order.app_id = reader.text("app_id").value_or("_default");
  order.label = reader.text("label").value_or("");
  order.tier = reader.text("tier").value_or("");
  order.signing_public_pem = reader.text("pubkey_pem");
  order.sealing_public_pem = reader.text("x25519_pubkey_pem");

  order.package_id = reader.text("package_id").value_or(snapshot.default_package().id);
  const keys::Package* package = snapshot.package(order.package_id);
  if (!package || !package->active) reader.fail("package_id names no active package", "package_id");

  const auto scheme = keys::scheme_from(reader.text("scheme").value_or("bearer"));
  if (!scheme) reader.fail("scheme must be `bearer` or `ed25519`", "scheme");
  order.scheme = scheme.value_or(keys::Scheme::bearer);
  const auto content = keys::audit_content_from(reader.text("audit_content").value_or("digest"));
  if (!content) reader.fail("audit_content must be `digest` or `full`", "audit_content");
  order.audit_content = content.value_or(keys::AuditContent::digest);

  const auto type = keys::tenant_type_from(reader.text("tenant_type").value_or("customer"));
  if (!type) reader.fail("tenant_type must be `customer` or `probe`", "tenant_type");
  order.tenant_type = type.value_or(keys::TenantType::customer);
  if (order.tenant_type == keys::TenantType::probe && order.scheme != keys::Scheme::bearer) {
    reader.fail("a probe's key is a bearer key; leave scheme out", "scheme");
  }

  order.expires_at = now + kDefaultLifetime;
  if (const auto expires = reader.text("expires_at_iso")) {
    order.expires_at = from_rfc3339_lenient(*expires);
    if (!order.expires_at) {
      reader.fail("expires_at_iso must be an RFC 3339 time such as 2027-01-31T00:00:00Z", "expires_at_iso");
    }
  }
  if (reader.problem) return *reader.problem;
  return order;
}

Result<keys::KeyOrder> read_rotation_order(const Json& body, const keys::KeyRecord& old) {
  KeyOrderReader reader(body);
  keys::KeyOrder order = keys::order_like(old);
  order.signing_public_pem = reader.text("pubkey_pem");
  if (auto sealing = reader.text("x25519_pubkey_pem")) order.sealing_public_pem = std::move(sealing);
  if (reader.problem) return *reader.problem;
  return order;
}

}  // namespace cogos::api
