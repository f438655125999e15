#pragma once

#include <string>
#include <string_view>

#include "base/json.hpp"
#include "cli/command.hpp"
#include "cli/server_parts.hpp"
#include "cogos/result.hpp"

namespace cogos::cli {

/// What every admin command can be told.
struct AdminOptions {
  std::string server;  ///< Empty: COGOS_SERVER, else kDefaultServer.
  std::string admin_key_file;
  std::string ca_file;
  bool json = false;
};

inline constexpr std::string_view kDefaultServer = "https://127.0.0.1:8443";

/// `options` must live as long as `app`.
void add_admin_options(CLI::App& app, AdminOptions& options);

/// Sends one call and gives the answer, whatever its status. Everything that `options` names is read and
/// checked before anything is sent. Fails where there was no answer.
[[nodiscard]] Result<AdminResponse> admin_send(const AdminOptions& options, CommandContext& context,
                                               std::string method, std::string path, std::string body = {});

/// The JSON object of an answer that said yes. Fails with verification_failed for a no (4xx), with the
/// server's words, and with upstream_error for anything else.
[[nodiscard]] Result<Json> admin_judge(const AdminResponse& response);

/// Both. Sends one call and gives the answer's JSON object. Everything that `options` names is read and
/// checked before anything is sent. Fails with verification_failed where the server answered no (4xx), with
/// its message, and otherwise where there was no usable answer.
[[nodiscard]] Result<Json> admin_call(const AdminOptions& options, CommandContext& context,
                                      std::string method, std::string path, std::string body = {});

/// A body made of what the command line said. Fails with unreadable_input where that is no UTF-8: the shell
/// hands over whatever encoding it has.
[[nodiscard]] Result<std::string> body_text(const Json& body);

/// RFC 3986 §2.1: all but unreserved characters escaped.
[[nodiscard]] std::string percent_encode(std::string_view text);

}  // namespace cogos::cli
