#include "cli/command.hpp"
#include "cli/run.hpp"

namespace cogos::cli {

void add_offline_commands(CLI::App& app, CommandContext& context) {
  app.require_subcommand(1);
  app.footer(
      "Exit codes: 0 done; 1 verification failed or the answer is no; 2 wrong use or unreadable input.\n"
      "Wherever a FILE is asked for, - is standard input; --config alone needs a file of its own.");
  CLI::App& verify = *app.add_subcommand("verify", "Check receipts and audit rows, offline");
  verify.require_subcommand(1);
  add_verify_receipt(verify, context);
  add_verify_audit(verify, context);
  add_verify_span(verify, context);
  add_unseal(app, context);
  add_keygen(app, context);
  add_sign_request(app, context);
  add_version(app, context);
}

int run_verifier(int argc, const char* const* argv, CommandContext& context) {
  CLI::App app("CogOS: verify receipts and audit rows without trusting the server that gave them.", "cogos");
  add_offline_commands(app, context);
  return parse_and_run(app, argc, argv, context);
}

}  // namespace cogos::cli
