#pragma once

#include <string>
#include <string_view>

#include "cli/context.hpp"
#include "cli/probe_run.hpp"

namespace cogos::cli {

inline constexpr std::string_view kReportRoute = "/v1/probe-reports";

/// Where results go: a file that is there with all of them or not at all.
class ResultsFile {
 public:
  /// Makes a file beside `path`, so that a directory which takes none is known before the probe. Fails with
  /// unreadable_input.
  [[nodiscard]] static Result<ResultsFile> create(const std::string& path);
  ResultsFile(ResultsFile&& other) noexcept;
  ResultsFile& operator=(ResultsFile&&) = delete;
  ~ResultsFile();

  /// One JSON object a line and a check: `check`, `ok`, `ms`, `detail`, `target`, `run_id`. Takes the place
  /// of what was at the path.
  [[nodiscard]] Result<void> write(const ProbeRun& run);

 private:
  ResultsFile(std::string path, std::string temporary)
      : path_(std::move(path)), temporary_(std::move(temporary)) {}
  std::string path_;
  std::string temporary_;  ///< Empty once it is renamed or moved from.
};

/// A table of the results and of what was left out, and a line that sums it up.
void print_results(const ProbeRun& run, CommandContext& context);

/// The results as POST /v1/probe-reports takes them.
[[nodiscard]] std::string report_body(const ProbeRun& run);
/// Sends them, twice where the first had no answer or the server was busy: a run is recorded once. Fails
/// where the server did not say that it has them.
[[nodiscard]] Result<void> report(const ProbeRun& run, ProbeTransport& transport, const std::string& origin,
                                  const crypto::SecretText& key);

}  // namespace cogos::cli
