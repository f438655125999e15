#include "cli/probe_output.hpp"

#include <cerrno>
#include <cstdio>
#include <fstream>
#include <ostream>

#include "base/json.hpp"
#include "cli/new_file.hpp"
#include "cli/report.hpp"
#include "cli/table.hpp"

namespace cogos::cli {
namespace {

Json in_json(const CheckResult& one) {
  return {{"check", one.name}, {"ok", one.ok}, {"ms", one.ms}, {"detail", one.detail}};
}

/// Whether sending the same again may help.
bool is_passing(const Result<ProbeAnswer>& answer) {
  return !answer || answer->status == 502 || answer->status == 503 || answer->status == 504;
}

}  // namespace

Result<ResultsFile> ResultsFile::create(const std::string& path) {
  std::string temporary = path + ".part";
  std::ofstream file(temporary, std::ios::binary | std::ios::trunc);
  if (!file.is_open()) return unwritable(path, errno);
  return ResultsFile(path, std::move(temporary));
}

ResultsFile::ResultsFile(ResultsFile&& other) noexcept
    : path_(std::move(other.path_)), temporary_(std::exchange(other.temporary_, {})) {}

ResultsFile::~ResultsFile() {
  if (!temporary_.empty()) std::remove(temporary_.c_str());
}

Result<void> ResultsFile::write(const ProbeRun& run) {
  std::ofstream file(temporary_, std::ios::binary | std::ios::trunc);
  for (const CheckResult& one : run.results()) {
    Json line = in_json(one);
    line["target"] = run.origin();
    line["run_id"] = run.run_id();
    file << base::canonical(line) << '\n';
  }
  file.close();
  if (!file || std::rename(temporary_.c_str(), path_.c_str()) != 0) return unwritable(path_, errno);
  temporary_.clear();
  return {};
}

void print_results(const ProbeRun& run, CommandContext& context) {
  std::vector<TableRow> rows{{"CHECK", "RESULT", "MS", "DETAIL"}};
  for (const CheckResult& one : run.results()) {
    rows.push_back({one.name, one.ok ? "ok" : "FAILED", std::to_string(one.ms), one.detail});
  }
  for (const SkippedCheck& one : run.skipped())
    rows.push_back({one.name, "not made", "-", printable(one.why)});
  print_table(rows, context.out);
  const std::size_t failures = run.failures();
  context.out << printable(run.origin()) << ": " << run.results().size() - failures << " passed, " << failures
              << " failed, " << run.skipped().size() << " not made\n";
}

std::string report_body(const ProbeRun& run) {
  Json checks = Json::array();
  for (const CheckResult& one : run.results()) checks.push_back(in_json(one));
  const Json body{{"run_id", run.run_id()},
                  {"target", run.origin()},
                  {"started_at", to_rfc3339(run.started())},
                  {"checks", std::move(checks)}};
  return base::canonical(body);
}

Result<void> report(const ProbeRun& run, ProbeTransport& transport, const std::string& origin,
                    const crypto::SecretText& key) {
  ProbeRequest request;
  request.origin = origin;
  request.target = kReportRoute;
  request.method = "POST";
  request.headers.emplace_back("Content-Type", "application/json");
  request.body = report_body(run);
  request.key = &key;
  auto answer = transport.send(request);
  if (is_passing(answer)) answer = transport.send(request);
  if (!answer) return answer.error();
  if (answer->status == 201 || answer->status == 200) return {};
  const auto body = base::parse_json(answer->body);
  std::string words = in_words(*answer);
  if (body && body->is_object() && body->contains("error") && body->at("error").is_object()) {
    const Json& error = body->at("error");
    if (error.contains("message") && error.at("message").is_string()) {
      words += ": " + error.at("message").get<std::string>();
    }
  }
  return Error(ErrorCode::upstream_error, std::move(words));
}

}  // namespace cogos::cli
