#include <optional>
#include <ostream>
#include <string>

#include "base/time.hpp"
#include "cli/admin_call.hpp"
#include "cli/inputs.hpp"
#include "cli/issued_key.hpp"
#include "cli/report.hpp"
#include "crypto/ed25519.hpp"
#include "crypto/x25519.hpp"

namespace cogos::cli {
namespace {

struct IssueOptions {
  AdminOptions admin;
  std::string tenant;
  std::string app;
  std::string label;
  std::string tier;
  std::string package;
  std::string scheme;
  std::string expires_at;
  std::string audit_content;
  std::string pubkey;
  std::string x25519_pubkey;
  std::string out;
  bool probe = false;
};

/// A public key's PEM, read as a key and written again: a private key given by mistake does not leave.
template <class PublicKey>
Result<std::string> public_pem(const std::string& file, Inputs& inputs) {
  const auto text = inputs.read_secret(file);
  if (!text) return text.error();
  const auto key = PublicKey::from_pem(text->reveal());
  if (!key) return Error(ErrorCode::unreadable_input, file + ": " + key.error().message());
  return key->pem();
}

Result<void> add_keys(const IssueOptions& options, CommandContext& context, Json& body) {
  Inputs inputs(context.in);
  if (!options.pubkey.empty()) {
    if (options.scheme == "bearer") {
      return Error(ErrorCode::unreadable_input, "--pubkey is for --scheme ed25519; a bearer key has none");
    }
    auto pem = public_pem<crypto::Ed25519PublicKey>(options.pubkey, inputs);
    if (!pem) return pem.error();
    body["scheme"] = "ed25519";
    body["pubkey_pem"] = std::move(*pem);
  }
  if (!options.x25519_pubkey.empty()) {
    auto pem = public_pem<crypto::X25519PublicKey>(options.x25519_pubkey, inputs);
    if (!pem) return pem.error();
    body["x25519_pubkey_pem"] = std::move(*pem);
  }
  return {};
}

Result<std::string> body_of(const IssueOptions& options, CommandContext& context) {
  Json body = {{"tenant_id", options.tenant}};
  const auto add = [&body](const char* name, const std::string& value) {
    if (!value.empty()) body[name] = value;
  };
  add("app_id", options.app);
  add("label", options.label);
  add("tier", options.tier);
  add("package_id", options.package);
  add("scheme", options.scheme);
  add("audit_content", options.audit_content);
  if (options.probe) body["tenant_type"] = "probe";
  if (!options.expires_at.empty()) {
    const auto time = from_rfc3339_lenient(options.expires_at);
    if (!time) {
      return Error(ErrorCode::unreadable_input, "--expires-at must be a time such as 2027-01-31T00:00:00Z");
    }
    body["expires_at_iso"] = to_rfc3339(*time);
  }
  if (const auto added = add_keys(options, context, body); !added) return added.error();
  return body_text(body);
}

void print(const Json& shown, const IssueOptions& options, CommandContext& context) {
  if (options.admin.json) {
    print_json(context, shown);
    return;
  }
  for (const auto& [name, value] : shown.items()) {
    if (value.is_null()) continue;
    const std::string text = value.is_string() ? value.get<std::string>() : value.dump();
    // A PEM is shown as it is, on lines of its own.
    if (text.find("-----BEGIN ") == 0) {
      context.out << name << ":\n" << text;
    } else {
      context.out << printable(name) << ": " << printable(text) << '\n';
    }
  }
}

/// Told where the key exists and its secrets could not be stored: nothing can show them again.
int secrets_lost(const Json& issued, const Error& error, CommandContext& context) {
  const std::string id = issued.value("key_id", "");
  complain(context, "the key " + id + " was issued, but its secrets could not all be saved; revoke it: " +
                        "cogos admin keys revoke " + id);
  return refuse(context, error);
}

int issue(const IssueOptions& options, CommandContext& context) {
  auto body = body_of(options, context);
  if (!body) return refuse(context, body.error());
  std::optional<SecretFiles> files;
  if (!options.out.empty()) {
    auto prepared = SecretFiles::prepare(options.out);
    if (!prepared) return refuse(context, prepared.error());
    files.emplace(std::move(*prepared));
  }
  auto issued = admin_call(options.admin, context, "POST", "/admin/keys", std::move(*body));
  if (!issued) return refuse(context, issued.error());
  if (!files) {
    print(*issued, options, context);
    return kDone;
  }
  const auto saved = files->store(*issued);
  if (!saved) return secrets_lost(*issued, saved.error(), context);
  Json shown = public_part(*issued);
  shown["saved"] = *saved;
  print(shown, options, context);
  return kDone;
}

}  // namespace

void add_admin_keys_issue(CLI::App& parent, CommandContext& context) {
  CLI::App& app = *parent.add_subcommand("issue", "Issue a key to a customer");
  auto options = std::make_shared<IssueOptions>();
  app.add_option("--tenant", options->tenant, "Whose key it is")->type_name("TENANT")->required();
  app.add_option("--app", options->app, "Which of the tenant's apps; left out, _default")->type_name("APP");
  app.add_option("--label", options->label, "A note to tell keys apart");
  app.add_option("--tier", options->tier, "Tier");
  app.add_option("--package", options->package, "Package; left out, the default one")->type_name("ID");
  CLI::Option* scheme = app.add_option("--scheme", options->scheme, "bearer, or ed25519 for signed requests")
                            ->check(CLI::IsMember({"bearer", "ed25519"}))
                            ->type_name("SCHEME");
  app.add_flag("--probe", options->probe,
               "A key for `cogos probe`: it may report what was found and see itself, nothing else")
      ->excludes(scheme);
  app.add_option("--expires-at", options->expires_at,
                 "Last moment it is good for, as 2027-01-31T00:00:00Z; left out, a year from now")
      ->type_name("TIME");
  app.add_option("--pubkey", options->pubkey, "The customer's own Ed25519 public key")->type_name("PEMFILE");
  app.add_option("--x25519-pubkey", options->x25519_pubkey, "The customer's own public key to seal rows to")
      ->type_name("PEMFILE");
  app.add_option("--audit-content", options->audit_content, "What rows hold sealed: digest, or full bodies")
      ->check(CLI::IsMember({"digest", "full"}))
      ->type_name("KIND");
  app.add_option(
         "--out", options->out,
         "Save api_key, hmac_secret, private_pem and x25519_private_pem, those there are, in DIR (0600)")
      ->type_name("DIR");
  add_admin_options(app, options->admin);
  app.footer(
      "Its secrets are shown this once: give --out to save them to files that only you can read, instead of\n"
      "printing them.\n"
      "\n"
      "Example:\n"
      "  cogos admin keys issue --tenant acme --app billing --scheme ed25519 --out ./acme-billing \\\n"
      "    --admin-key-file /run/secrets/admin_key");
  runs(app, std::move(options), context, issue);
}

}  // namespace cogos::cli
