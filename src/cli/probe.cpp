#include <array>
#include <ostream>
#include <string>

#include "base/encoding.hpp"
#include "cli/command.hpp"
#include "cli/credential.hpp"
#include "cli/probe_checks.hpp"
#include "cli/probe_output.hpp"
#include "cli/probe_self.hpp"
#include "cli/report.hpp"
#include "cli/server_url.hpp"

namespace cogos::cli {
namespace {

constexpr std::string_view kNoPlainHttp = "none";

struct ProbeOptions {
  std::string target;
  std::string plain;
  std::string key_file;
  std::string hmac_secret_file;
  std::string ca_file;
  std::string out;
  std::string report;
  std::string report_key_file;
  bool decoys = false;
  bool self = false;
  OwnServer own;
};

/// Everything that the options name, read and checked before anything is sent.
struct Plan {
  std::string origin;
  std::optional<std::string> plain_origin;
  std::optional<std::string> report_origin;
  ProbeCredentials credentials;
  crypto::SecretText report_key;
  ProbeTrust trust;
};

/// Where plain HTTP is expected: where it was said, or on port 80 beside 443; nothing for `none`.
Result<std::optional<std::string>> plain_origin(const ProbeOptions& options, const std::string& origin) {
  constexpr std::string_view kHttp = "http://";
  if (options.plain == kNoPlainHttp) return std::optional<std::string>();
  if (!options.plain.empty()) {
    const std::string_view host =
        std::string_view(options.plain).substr(options.plain.starts_with(kHttp) ? kHttp.size() : 0);
    if (!options.plain.starts_with(kHttp) || host.empty() || !is_visible_ascii(host) ||
        host.find_first_of("/?#@\\") != std::string_view::npos) {
      return misuse("--plain must be http://HOST or http://HOST:PORT, with nothing after it, or none");
    }
    return std::optional(options.plain);
  }
  const std::string host = origin.substr(std::string_view("https://").size());
  const auto port = host.find(':', host.starts_with('[') ? host.find(']') : 0);
  if (port == std::string::npos || host.substr(port) == ":443") {
    return std::optional(std::string(kHttp) + host.substr(0, port));
  }
  return std::optional<std::string>();
}

/// `--report` names the server or the route in it.
Result<std::optional<std::string>> report_origin(const ProbeOptions& options) {
  if (options.report.empty()) return std::optional<std::string>();
  std::string url = options.report;
  if (url.ends_with(kReportRoute)) url.resize(url.size() - kReportRoute.size());
  auto origin = https_origin(std::move(url), "--report", "the key is not sent in clear");
  if (!origin) return origin.error();
  return std::optional(std::move(*origin));
}

Result<void> read_secrets(const ProbeOptions& options, CommandContext& context, Inputs& inputs, Plan& plan) {
  auto key = read_credential(options.key_file, "COGOS_PROBE_KEY", "the key", context, inputs);
  if (!key) return key.error();
  auto secret = read_credential(options.hmac_secret_file, "COGOS_PROBE_HMAC_SECRET", "the HMAC secret",
                                context, inputs);
  if (!secret) return secret.error();
  if (!secret->empty() && !is_hex64(secret->reveal())) return misuse("an HMAC secret is 64 hex characters");
  if (!secret->empty() && key->empty()) return misuse("--hmac-secret-file is of no use without --key-file");
  auto report =
      read_credential(options.report_key_file, "COGOS_PROBE_REPORT_KEY", "the report's key", context, inputs);
  if (!report) return report.error();
  if (plan.report_origin) {
    if (report->empty()) *report = crypto::SecretText(std::string(key->reveal()));
    if (report->empty()) {
      return misuse("--report needs a probe's key: --report-key-file, or --key-file with one");
    }
    // Where the report goes elsewhere its key is none of the target's business.
    if (*plan.report_origin == plan.origin) {
      plan.credentials.report_key = crypto::SecretText(std::string(report->reveal()));
    }
  }
  plan.report_key = std::move(*report);
  plan.credentials.key = std::move(*key);
  plan.credentials.hmac_secret = std::move(*secret);
  return {};
}

Result<Plan> make_plan(const ProbeOptions& options, CommandContext& context) {
  Plan plan;
  auto origin = https_origin(options.target, "--target", "what is probed is a server that speaks TLS");
  if (!origin) return origin.error();
  plan.origin = std::move(*origin);
  auto plain = plain_origin(options, plan.origin);
  if (!plain) return plain.error();
  plan.plain_origin = std::move(*plain);
  auto report = report_origin(options);
  if (!report) return report.error();
  plan.report_origin = std::move(*report);
  Inputs inputs(context.in);
  if (const auto read = read_secrets(options, context, inputs, plan); !read) return read.error();
  if (!options.ca_file.empty()) {
    auto pem = inputs.read(options.ca_file, kMaxBodyFile);
    if (!pem) return pem.error();
    plan.trust.ca_pem = std::move(*pem);
  }
  return plan;
}

std::string new_run_id(Random& random) {
  std::array<std::uint8_t, 16> bytes{};
  random.fill(bytes);
  return base::to_hex(bytes);
}

void run_checks(ProbeRun& run, const Plan& plan, const ProbeOptions& options) {
  if (!check_reach(run)) {
    run.skip("all others", "nobody answers");
    return;
  }
  check_tls(run);
  check_health(run);
  check_headers(run, plan.plain_origin);
  check_refusals(run);
  check_pages(run);
  check_attestation_keys(run);
  check_account(run, plan.credentials);
  check_files(run);
  check_decoys(run, plan.credentials, options.decoys);
}

int probe(const ProbeOptions& options, CommandContext& context) {
  if (options.self) return probe_self(options.own, context);
  if (options.target.empty() || options.out.empty()) {
    complain(context, "give --target and --out, or --self");
    return kUnusable;
  }
  const auto plan = make_plan(options, context);
  if (!plan) return refuse(context, plan.error());
  // Made before the probe: results that find no place to stay are lost.
  auto file = ResultsFile::create(options.out);
  if (!file) return refuse(context, file.error());
  const auto transport = context.server.probe(plan->trust);

  ProbeRun run(*transport, plan->origin, new_run_id(context.random), context.clock);
  run_checks(run, *plan, options);

  print_results(run, context);
  const auto written = file->write(run);
  if (!written) complain(context, written.error().message());
  Result<void> reported;
  if (plan->report_origin) {
    reported = report(run, *transport, *plan->report_origin, plan->report_key);
    if (!reported) complain(context, "the report was not taken: " + reported.error().message());
  }
  if (run.failures() > 0) return kAnswerIsNo;
  return written && reported ? kDone : kUnusable;
}

}  // namespace

void add_probe(CLI::App& parent, CommandContext& context) {
  CLI::App& app = *parent.add_subcommand(
      "probe", "Check from outside that a server is what it says: TLS, headers, refusals, pages, receipts");
  auto options = std::make_shared<ProbeOptions>();
  auto* target =
      app.add_option("--target", options->target, "https://HOST or https://HOST:PORT")->type_name("URL");
  auto* out = app.add_option("--out", options->out, "Write one JSON line a check")->type_name("FILE");
  app.add_option(
         "--key-file", options->key_file,
         "File with a bearer key to see /v1/me with; left out, the variable COGOS_PROBE_KEY. Never an "
         "argument: others could read it there")
      ->type_name("FILE");
  app.add_option("--hmac-secret-file", options->hmac_secret_file,
                 "File with that key's HMAC secret; left out, COGOS_PROBE_HMAC_SECRET")
      ->type_name("FILE");
  app.add_option("--ca", options->ca_file, "Certificates to trust instead of the system's, in PEM")
      ->type_name("FILE");
  app.add_option(
         "--plain", options->plain,
         "Where plain HTTP is answered; left out, port 80 of a target on port 443; none: by a front door's "
         "rules, which are not looked at")
      ->type_name("URL");
  app.add_option("--report", options->report, "Send the results to this server's POST /v1/probe-reports")
      ->type_name("URL");
  app.add_option("--report-key-file", options->report_key_file,
                 "File with a probe's key for that; left out, COGOS_PROBE_REPORT_KEY, else the key above")
      ->type_name("FILE");
  app.add_flag(
      "--decoys", options->decoys,
      "Look at two decoys without a probe's key, which counts as a scan: keys that are used from this "
      "address within a minute are quarantined");
  auto* self = app.add_flag("--self", options->self,
                            "Only ask this machine's own server, over loopback, whether it is well");
  app.add_option("--config", options->own.config_file, "With --self: the server's settings, for its address")
      ->type_name("FILE")
      ->needs(self);
  app.add_option_function<std::string>(
         "--listen", [options](const std::string& value) { options->own.listen = value; },
         "With --self: the server's address, as serve has it")
      ->type_name("ADDR:PORT")
      ->needs(self);
  self->excludes(target)->excludes(out);
  app.footer(
      "Exit code 0: every check passed. 1: one failed, also where nobody answered. 2: wrong use, or results "
      "or\n"
      "report found no place though all passed. --self prints nothing where all is well.\n"
      "\n"
      "Example:\n"
      "  cogos probe --target https://api.example.com --out probe.jsonl --key-file probe_key \\\n"
      "    --hmac-secret-file probe_hmac_secret --report https://api.example.com");
  runs(app, std::move(options), context, probe);
}

}  // namespace cogos::cli
