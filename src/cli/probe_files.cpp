#include <array>
#include <string_view>
#include <vector>

#include "cli/probe_checks.hpp"

namespace cogos::cli {
namespace {

/// Where a server that serves files would have them. None of these paths is one that the server takes for a
/// scanner's, so that a probe may ask for all of them.
struct Files {
  const char* check;
  std::vector<std::string_view> paths;
};

Verdict none_served(ProbeRun& run, const std::vector<std::string_view>& paths) {
  for (const std::string_view path : paths) {
    const auto answer = run.send(run.get(std::string(path)));
    if (!answer) return fail(std::string(path) + ": " + answer.error().message());
    if (answer->status != 404 && answer->status != 400)
      return fail(std::string(path) + ": " + in_words(*answer));
  }
  return pass("404");
}

}  // namespace

void check_files(ProbeRun& run) {
  static const std::vector<Files> files{
      {"files.settings", {"/cogos.toml", "/config/cogos.toml", "/etc/cogos/cogos.toml"}},
      {"files.store", {"/cogos.db", "/data/cogos.db", "/cogos-data/cogos.db", "/cogos.db-wal"}},
      {"files.secrets", {"/admin-key", "/dek.hex", "/dev-key.pem", "/tls/key.pem", "/run/secrets/admin_key"}},
      {"files.sources", {"/CMakeLists.txt", "/README.md", "/Dockerfile", "/src/app/main.cpp"}},
      {"files.process", {"/proc/self/environ", "/proc/self/cmdline"}},
      {"files.traversal",
       {"/..%2f..%2fetc%2fpasswd", "/%2e%2e/%2e%2e/etc/passwd", "/static/../../etc/passwd"}},
      {"files.copies", {"/openapi.json~", "/openapi.json.orig", "/attestation.pub.old"}},
  };
  for (const Files& one : files) {
    run.check(one.check, [&] { return none_served(run, one.paths); });
  }
}

}  // namespace cogos::cli
