#pragma once

#include <string>
#include <string_view>

#include "base/json.hpp"
#include "cli/context.hpp"
#include "cogos/audit_chain.hpp"
#include "cogos/result.hpp"

namespace cogos::cli {

/// `text` with its control characters spelt out: what a file or a server says must not steer a terminal.
[[nodiscard]] std::string printable(std::string_view text);

/// `1 row`, `2 rows`.
[[nodiscard]] std::string count(std::uint64_t n, std::string_view one);

/// What was asked for in a way that cannot be done; ends with kUnusable.
[[nodiscard]] Error misuse(std::string message);

/// One line on `err`.
void complain(CommandContext& context, std::string_view message);
/// The same for a failure; gives the exit code that belongs to it.
[[nodiscard]] int refuse(CommandContext& context, const Error& error);
/// kAnswerIsNo for a verification that failed, kUnusable for all else.
[[nodiscard]] ExitCode exit_code_of(const Error& error) noexcept;

/// Canonical JSON on a line of its own on `out`.
void print_json(CommandContext& context, const Json& value);

/// One chain, as the reports of `verify audit`, `verify span` and `fsck` show it.
[[nodiscard]] Json to_json(const ChainReport& chain);
/// The same on a line, without a line end.
[[nodiscard]] std::string in_words(const ChainReport& chain);

}  // namespace cogos::cli
