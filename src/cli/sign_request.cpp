#include <algorithm>
#include <optional>
#include <ostream>
#include <string>

#include "cli/command.hpp"
#include "cli/inputs.hpp"
#include "cli/report.hpp"
#include "cogos/request_signature.hpp"

namespace cogos::cli {
namespace {

/// The longest ts that a server reads back has 15 digits.
constexpr std::int64_t kMaxTs = 999'999'999'999'999;

struct SignOptions {
  std::string key;
  std::string key_id;
  std::string method;
  std::string path;
  std::optional<std::string> body;
  std::optional<std::int64_t> ts;
  std::optional<std::string> nonce;
};

bool is_one_word(std::string_view text) {
  return !text.empty() &&
         std::none_of(text.begin(), text.end(), [](unsigned char c) { return c <= ' ' || c == 0x7f; });
}

/// What the signed text could not carry unambiguously, or no server would see.
Result<void> check(const SignOptions& options) {
  if (!is_one_word(options.method))
    return Error(ErrorCode::unreadable_input, "--method must be one word, as GET");
  if (!options.path.starts_with('/') || !is_one_word(options.path)) {
    return Error(ErrorCode::unreadable_input,
                 "--path must be the path with its query as sent, from the first / on, without the host");
  }
  if (options.nonce && options.nonce->empty()) {
    return Error(ErrorCode::unreadable_input, "--nonce is empty; give one or leave the option out");
  }
  return {};
}

int sign(const SignOptions& options, CommandContext& context) {
  if (const auto checked = check(options); !checked) return refuse(context, checked.error());
  Inputs inputs(context.in);
  const auto key = inputs.read_secret(options.key);
  if (!key) return refuse(context, key.error());
  SignableRequest request{options.method, options.path, {}, 0, options.nonce.value_or("")};
  request.ts = options.ts ? *options.ts : to_unix_ms(context.clock.now());
  if (options.body) {
    auto body = inputs.read(*options.body, kMaxBodyFile);
    if (!body) return refuse(context, body.error());
    request.body = std::move(*body);
  }
  const auto header = sign_request(request, options.key_id, key->reveal());
  if (!header) return refuse(context, header.error());
  context.out << *header << '\n';
  return kDone;
}

}  // namespace

void add_sign_request(CLI::App& parent, CommandContext& context) {
  CLI::App& app = *parent.add_subcommand(
      "sign-request", "Sign a request with an Ed25519 key and print the Authorization header's value");
  auto options = std::make_shared<SignOptions>();
  app.add_option("--key", options->key, "Ed25519 private key, PKCS#8")->type_name("PEMFILE")->required();
  app.add_option("--key-id", options->key_id, "The id that the key was issued under")
      ->type_name("ID")
      ->required();
  app.add_option("--method", options->method, "GET, POST, ...")->type_name("METHOD")->required();
  app.add_option("--path", options->path, "The path with its query, exactly as sent")
      ->type_name("PATH")
      ->required();
  app.add_option_function<std::string>(
         "--body", [options](const std::string& value) { options->body = value; },
         "The body as sent; left out, an empty one")
      ->type_name("FILE");
  app.add_option_function<std::int64_t>(
         "--ts", [options](const std::int64_t& value) { options->ts = value; },
         "Unix milliseconds; left out, the present")
      ->check(CLI::Range(std::int64_t{0}, kMaxTs))
      ->type_name("MS");
  app.add_option_function<std::string>(
         "--nonce", [options](const std::string& value) { options->nonce = value; },
         "Tells apart two equal requests of one millisecond: at most 64 of A-Za-z0-9_-")
      ->type_name("N");
  app.footer(
      "The signature is good for five minutes around its time, and once for anything but reads.\n"
      "\n"
      "Example:\n"
      "  curl -H \"Authorization: $(cogos sign-request --key signing.pem --key-id \"$ID\" --method GET \\\n"
      "    --path /v1/me)\" https://api.example.com/v1/me");
  runs(app, std::move(options), context, sign);
}

}  // namespace cogos::cli
