#pragma once

#include <CLI/CLI.hpp>
#include <memory>
#include <utility>

#include "cli/context.hpp"

namespace cogos::cli {

/// Makes `app` run `command` with what was parsed into `options`.
template <class Options>
void runs(CLI::App& app, std::shared_ptr<Options> options, CommandContext& context,
          int (*command)(const Options&, CommandContext&)) {
  app.callback(
      [options = std::move(options), &context, command] { context.exit_code = command(*options, context); });
}

/// Parses, runs the command and turns CLI11's exceptions into messages and exit codes. Never throws.
[[nodiscard]] int parse_and_run(CLI::App& app, int argc, const char* const* argv, CommandContext& context);

/// The part of run() that run_verifier() has too.
void add_offline_commands(CLI::App& app, CommandContext& context);

// One function a command, each in the file of its name. `context` must outlive the parse.
void add_verify_receipt(CLI::App& parent, CommandContext& context);
void add_verify_audit(CLI::App& parent, CommandContext& context);
void add_verify_span(CLI::App& parent, CommandContext& context);
void add_unseal(CLI::App& parent, CommandContext& context);
void add_keygen(CLI::App& parent, CommandContext& context);
void add_sign_request(CLI::App& parent, CommandContext& context);
void add_version(CLI::App& parent, CommandContext& context);
void add_admin_keys_issue(CLI::App& parent, CommandContext& context);
void add_admin_keys_list(CLI::App& parent, CommandContext& context);
void add_admin_keys_revoke(CLI::App& parent, CommandContext& context);
void add_admin_keys_quarantined(CLI::App& parent, CommandContext& context);
void add_admin_keys_clear(CLI::App& parent, CommandContext& context);
void add_admin_packages_list(CLI::App& parent, CommandContext& context);
void add_admin_packages_create(CLI::App& parent, CommandContext& context);
void add_admin_packages_update(CLI::App& parent, CommandContext& context);
void add_admin_packages_delete(CLI::App& parent, CommandContext& context);
void add_admin_usage(CLI::App& parent, CommandContext& context);
void add_admin_health(CLI::App& parent, CommandContext& context);
void add_admin_metrics(CLI::App& parent, CommandContext& context);
void add_fsck(CLI::App& parent, CommandContext& context);
void add_backup(CLI::App& parent, CommandContext& context);
void add_restore(CLI::App& parent, CommandContext& context);
void add_dek(CLI::App& parent, CommandContext& context);
void add_probe(CLI::App& parent, CommandContext& context);
void add_prune(CLI::App& parent, CommandContext& context);
void add_check_config(CLI::App& parent, CommandContext& context);
void add_serve(CLI::App& parent, CommandContext& context);

}  // namespace cogos::cli
