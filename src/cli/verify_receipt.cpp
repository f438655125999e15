#include <optional>
#include <ostream>
#include <string>

#include "base/line_end.hpp"
#include "base/time.hpp"
#include "cli/command.hpp"
#include "cli/inputs.hpp"
#include "cli/report.hpp"
#include "cogos/receipt.hpp"

namespace cogos::cli {
namespace {

struct ReceiptOptions {
  std::string response_body;
  std::string stream;  ///< In place of response_body, token and signature.
  std::optional<std::string> token;
  std::string public_key;
  std::optional<std::string> method;
  std::string path;
  std::optional<std::string> request_body;
  std::optional<std::string> hmac_secret_file;
  std::string signature;
  bool json = false;
};

/// What came of each part; nothing for one that was not given.
struct ReceiptOutcome {
  std::optional<Result<Attestation>> attestation;
  std::optional<Result<void>> signature;
};

Result<std::optional<AttestedRequest>> request_of(const ReceiptOptions& options, Inputs& inputs) {
  if (!options.method) return std::optional<AttestedRequest>{};
  AttestedRequest request{*options.method, options.path, {}};
  if (options.request_body) {
    auto body = inputs.read(*options.request_body, kMaxBodyFile);
    if (!body) return body.error();
    request.body = std::move(*body);
  }
  return std::optional<AttestedRequest>(std::move(request));
}

Result<Attestation> check_attestation(const ReceiptOptions& options, std::string_view body, Inputs& inputs) {
  const auto key = inputs.read(options.public_key, kMaxKeyFile);
  if (!key) return key.error();
  const auto request = request_of(options, inputs);
  if (!request) return request.error();
  return verify_attestation(*options.token, *key, body, *request);
}

Result<void> check_signature(const ReceiptOptions& options, std::string_view body, Inputs& inputs) {
  const auto file = inputs.read_secret(*options.hmac_secret_file);
  if (!file) return file.error();
  const std::string_view secret = without_line_end(file->reveal());
  if (!is_hex64(secret)) {
    return Error(ErrorCode::unreadable_input,
                 *options.hmac_secret_file +
                     " does not hold an HMAC secret: it must be 64 lower-case hex "
                     "characters and nothing else");
  }
  return verify_response_signature(secret, body, options.signature);
}

Json in_json(const ReceiptOptions& options, const Result<Attestation>& checked) {
  if (!checked) return {{"holds", false}, {"problem", checked.error().message()}};
  return {{"holds", true},
          {"request_checked", options.method.has_value()},
          {"rev", checked->rev},
          {"req_hash", checked->req_hash},
          {"resp_hash", checked->resp_hash},
          {"chain_head", checked->chain_head},
          {"signer_kid", checked->signer_kid},
          {"ts", checked->ts}};
}

Json in_json(const Result<void>& checked) {
  if (!checked) return {{"holds", false}, {"problem", checked.error().message()}};
  return {{"holds", true}};
}

void print(const ReceiptOptions& options, const ReceiptOutcome& outcome, bool holds,
           CommandContext& context) {
  if (options.json) {
    Json report = {{"holds", holds}, {"attestation", nullptr}, {"signature", nullptr}};
    if (outcome.attestation) report["attestation"] = in_json(options, *outcome.attestation);
    if (outcome.signature) report["signature"] = in_json(*outcome.signature);
    print_json(context, report);
    return;
  }
  if (outcome.attestation && *outcome.attestation) {
    const Attestation& a = **outcome.attestation;
    context.out << "attestation: holds; made at " << to_rfc3339(from_unix_ms(a.ts)) << " by build "
                << printable(a.rev) << ", key " << printable(a.signer_kid) << ", chain head "
                << printable(a.chain_head) << '\n'
                << (options.method ? "request: is the one attested\n"
                                   : "request: not checked, give --method and --path (and --request-body)\n");
  } else if (outcome.attestation) {
    context.out << "attestation: FAILS: " << printable(outcome.attestation->error().message()) << '\n';
  }
  if (outcome.signature) {
    const auto& signature = *outcome.signature;
    context.out << "signature: "
                << (signature ? std::string("holds") : "FAILS: " + printable(signature.error().message()))
                << '\n';
  }
}

/// Whether a part could not be looked at, which is neither yes nor no.
template <class T>
bool undecided(const std::optional<Result<T>>& part) {
  return part && !*part && part->error().code() != ErrorCode::verification_failed;
}

/// The receipts that a stream brings with it take the place of those that would have been given.
Result<std::string_view> take_stream(std::string_view stream, ReceiptOptions& options) {
  auto found = find_stream_receipt(stream);
  if (!found) return found.error();
  if (!options.public_key.empty()) options.token = std::move(found->attestation);
  options.signature = std::move(found->signature);
  return found->body;
}

bool has_something_to_check(const ReceiptOptions& options) {
  if (options.hmac_secret_file) return true;
  return options.stream.empty() ? options.token.has_value() : !options.public_key.empty();
}

int verify_receipt(const ReceiptOptions& given, CommandContext& context) {
  ReceiptOptions options = given;
  if (!has_something_to_check(options)) {
    complain(context,
             "nothing to check: give a receipt, --token with --public-key, or --signature with "
             "--hmac-secret-file, or both; of a stream, --public-key, --hmac-secret-file, or both");
    return kUnusable;
  }
  Inputs inputs(context.in);
  const bool streamed = !options.stream.empty();
  const auto file = inputs.read(streamed ? options.stream : options.response_body, kMaxBodyFile);
  if (!file) return refuse(context, file.error());
  const auto body = streamed ? take_stream(*file, options) : Result<std::string_view>(*file);
  if (!body) return refuse(context, body.error());

  ReceiptOutcome outcome;
  if (options.token) outcome.attestation = check_attestation(options, *body, inputs);
  if (undecided(outcome.attestation)) return refuse(context, outcome.attestation->error());
  if (options.hmac_secret_file) outcome.signature = check_signature(options, *body, inputs);
  if (undecided(outcome.signature)) return refuse(context, outcome.signature->error());

  const bool holds =
      (!outcome.attestation || *outcome.attestation) && (!outcome.signature || *outcome.signature);
  print(options, outcome, holds, context);
  return holds ? kDone : kAnswerIsNo;
}

}  // namespace

void add_verify_receipt(CLI::App& parent, CommandContext& context) {
  CLI::App& app = *parent.add_subcommand("receipt", "Check that a response is the one a server gave");
  auto options = std::make_shared<ReceiptOptions>();
  auto* source = app.add_option_group("response", "What was received");
  auto* body = source->add_option("--response-body", options->response_body,
                                  "The response's body as received, to the byte");
  auto* stream = source->add_option("--stream", options->stream,
                                    "A streamed answer as received, which brings its receipts with it");
  source->require_option(1);
  auto* token = app.add_option_function<std::string>(
      "--token", [options](const std::string& value) { options->token = value; },
      "Value of X-Cogos-Attestation");
  auto* key =
      app.add_option("--public-key", options->public_key, "The answer of /attestation.pub for its kid")
          ->type_name("PEMFILE");
  auto* method = app.add_option_function<std::string>(
      "--method", [options](const std::string& value) { options->method = value; },
      "Also check the request: its method");
  auto* path = app.add_option("--path", options->path, "The request's path with its query, as sent");
  auto* request = app.add_option_function<std::string>(
      "--request-body", [options](const std::string& value) { options->request_body = value; },
      "The request's body as sent; left out, an empty one");
  auto* secret = app.add_option_function<std::string>(
      "--hmac-secret-file", [options](const std::string& value) { options->hmac_secret_file = value; },
      "The key's HMAC secret: 64 hex characters");
  auto* signature = app.add_option("--signature", options->signature, "Value of X-Cogos-Signature");
  app.add_flag("--json", options->json, "Report as one line of JSON");
  body->type_name("FILE");
  stream->type_name("FILE")->excludes(token)->excludes(signature);
  token->type_name("TOKEN")->needs(key);
  method->type_name("METHOD")->needs(path)->needs(key);
  path->type_name("PATH")->needs(method);
  request->type_name("FILE")->needs(method);
  secret->type_name("FILE");
  signature->type_name("HEX")->needs(secret);
  // A stream brings these with it; needs() has no such exception.
  app.parse_complete_callback([=] {
    if (stream->count() > 0) return;
    if (key->count() > 0 && token->count() == 0) throw CLI::RequiresError("--public-key", "--token");
    if (secret->count() > 0 && signature->count() == 0) {
      throw CLI::RequiresError("--hmac-secret-file", "--signature");
    }
  });
  app.footer(
      "Two receipts can be checked: the attestation (X-Cogos-Attestation, with the server's public key) and "
      "the\n"
      "signature (X-Cogos-Signature, with your HMAC secret). Give at least one; each part given must hold.\n"
      "A stream has both in itself: give the public key, the secret, or both.\n"
      "\n"
      "Example:\n"
      "  cogos verify receipt --response-body answer.json --token \"$TOKEN\" --public-key attestation.pem "
      "\\\n"
      "    --method POST --path /v1/chat/completions --request-body question.json \\\n"
      "    --hmac-secret-file hmac_secret --signature \"$SIGNATURE\"");
  runs(app, std::move(options), context, verify_receipt);
}

}  // namespace cogos::cli
