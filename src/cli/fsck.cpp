#include <algorithm>
#include <ostream>
#include <string>

#include "cli/command.hpp"
#include "cli/report.hpp"

namespace cogos::cli {
namespace {

struct FsckOptions {
  std::string data_dir;
  bool json = false;
};

bool is_sound(const FsckReportView& report) {
  return report.problems.empty() && std::all_of(report.chains.begin(), report.chains.end(),
                                                [](const auto& chain) { return chain.holds(); });
}

void print(const FsckOptions& options, const FsckReportView& report, bool sound, CommandContext& context) {
  if (options.json) {
    Json chains = Json::array();
    for (const ChainReport& chain : report.chains) chains.push_back(to_json(chain));
    print_json(context, {{"ok", sound},
                         {"chains", std::move(chains)},
                         {"problems", report.problems},
                         {"rows", report.rows},
                         {"file_bytes", report.file_bytes},
                         {"free_bytes", report.free_bytes}});
    return;
  }
  for (const ChainReport& chain : report.chains) context.out << in_words(chain) << '\n';
  for (const std::string& problem : report.problems) context.out << "problem: " << printable(problem) << '\n';
  if (report.rows > 0) {
    context.out << count(report.rows, "row") << " in a file of " << report.file_bytes << " bytes, of which "
                << report.free_bytes << " are free: " << (report.file_bytes - report.free_bytes) / report.rows
                << " bytes a row\n";
  }
  if (report.chains.empty() && sound) context.out << "the store holds no rows\n";
}

int fsck(const FsckOptions& options, CommandContext& context) {
  const auto report = context.server.fsck(options.data_dir);
  if (!report) return refuse(context, report.error());
  const bool sound = is_sound(*report);
  print(options, *report, sound, context);
  return sound ? kDone : kAnswerIsNo;
}

}  // namespace

void add_fsck(CLI::App& parent, CommandContext& context) {
  CLI::App& app = *parent.add_subcommand(
      "fsck",
      "Check every chain of a data directory, the system's own included, and name each one's first break");
  auto options = std::make_shared<FsckOptions>();
  app.add_option("--data-dir", options->data_dir, "The server's data directory")
      ->type_name("DIR")
      ->required();
  app.add_flag("--json", options->json, "Report as one line of JSON");
  app.footer("Example:\n  cogos fsck --data-dir /var/lib/cogos");
  runs(app, std::move(options), context, fsck);
}

}  // namespace cogos::cli
