#include "cli/admin_call.hpp"

#include "cli/credential.hpp"
#include "cli/report.hpp"
#include "cli/server_url.hpp"

namespace cogos::cli {
namespace {

Result<std::string> server_url(const AdminOptions& options, const CommandContext& context) {
  std::string url = options.server;
  if (url.empty()) url = context.environment("COGOS_SERVER").value_or("");
  if (url.empty()) url = kDefaultServer;
  return https_origin(std::move(url), "the server's URL", "the admin key is not sent in clear");
}

Result<crypto::SecretText> admin_key(const AdminOptions& options, CommandContext& context, Inputs& inputs) {
  auto key = read_credential(options.admin_key_file, "COGOS_ADMIN_KEY", "the admin key", context, inputs);
  if (key && key->empty()) return misuse("no admin key: set COGOS_ADMIN_KEY or give --admin-key-file");
  return key;
}

/// The server's own words about a refusal, as far as it gave any.
std::string refusal(int status, const Result<Json>& body) {
  std::string text = "the server answered " + std::to_string(status);
  if (!body || !body->is_object()) return text;
  const Json error = body->value("error", Json::object());
  if (!error.is_object()) return text;
  const auto member = [&error](const char* name) {
    const auto found = error.find(name);
    return found != error.end() && found->is_string() ? found->get<std::string>() : std::string{};
  };
  if (const auto type = member("type"); !type.empty()) text += " (" + type + ")";
  if (const auto message = member("message"); !message.empty()) text += ": " + message;
  if (const auto errors = error.find("errors"); errors != error.end()) text += " " + errors->dump();
  return text;
}

}  // namespace

Result<Json> admin_judge(const AdminResponse& response) {
  auto body = base::parse_json(response.body.reveal());
  if (response.status >= 400 && response.status < 500) {
    return Error(ErrorCode::verification_failed, refusal(response.status, body));
  }
  if (response.status < 200 || response.status >= 300) {
    return Error(ErrorCode::upstream_error, refusal(response.status, body));
  }
  if (!body || !body->is_object()) {
    return Error(ErrorCode::upstream_error,
                 "the server's answer is not a JSON object; is it a CogOS server?");
  }
  return std::move(*body);
}

void add_admin_options(CLI::App& app, AdminOptions& options) {
  app.add_option("--server", options.server,
                 "https://HOST:PORT; left out, COGOS_SERVER or " + std::string(kDefaultServer))
      ->type_name("URL");
  app.add_option("--admin-key-file", options.admin_key_file,
                 "File with the admin key; left out, the variable COGOS_ADMIN_KEY. Never an argument: others "
                 "could read it there")
      ->type_name("FILE");
  app.add_option("--ca", options.ca_file, "Certificates to trust instead of the system's, in PEM")
      ->type_name("FILE");
  app.add_flag("--json", options.json, "Print the server's answer as one line of JSON");
}

Result<AdminResponse> admin_send(const AdminOptions& options, CommandContext& context, std::string method,
                                 std::string path, std::string body) {
  AdminRequest request{{}, std::move(method), std::move(path), std::move(body), std::nullopt};
  auto url = server_url(options, context);
  if (!url) return url.error();
  request.server = std::move(*url);
  Inputs inputs(context.in);
  const auto key = admin_key(options, context, inputs);
  if (!key) return key.error();
  if (!options.ca_file.empty()) {
    auto pem = inputs.read(options.ca_file, kMaxBodyFile);
    if (!pem) return pem.error();
    request.ca_pem = std::move(*pem);
  }
  if (context.server.admin == nullptr) return misuse("this build cannot reach a server");
  return context.server.admin->send(request, *key);
}

Result<Json> admin_call(const AdminOptions& options, CommandContext& context, std::string method,
                        std::string path, std::string body) {
  const auto response = admin_send(options, context, std::move(method), std::move(path), std::move(body));
  if (!response) return response.error();
  return admin_judge(*response);
}

Result<std::string> body_text(const Json& body) {
  try {
    return body.dump();
  } catch (const Json::type_error&) {
    return Error(ErrorCode::unreadable_input, "the options must be UTF-8");
  }
}

std::string percent_encode(std::string_view text) {
  constexpr std::string_view kUnreserved =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
  constexpr std::string_view kHex = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    if (kUnreserved.find(c) != std::string_view::npos) {
      out += c;
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    out.append(1, '%').append(1, kHex[byte >> 4]).append(1, kHex[byte & 15]);
  }
  return out;
}

}  // namespace cogos::cli
