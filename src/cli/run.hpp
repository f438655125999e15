#pragma once

#include "cli/context.hpp"

namespace cogos::cli {

/// Runs the command that the arguments name and gives its exit code. Never throws. All commands: those of
/// run_verifier and `serve`, `check-config`, `fsck`, `prune`, `probe`, `admin keys issue|list|revoke`.
[[nodiscard]] int run(int argc, const char* const* argv, CommandContext& context);

/// The same with the offline commands alone: `verify receipt|audit|span`, `unseal`, `keygen`, `sign-request`,
/// `version`. A program that calls only this one links no server, store or sockets.
[[nodiscard]] int run_verifier(int argc, const char* const* argv, CommandContext& context);

}  // namespace cogos::cli
