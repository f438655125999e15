#include <ostream>
#include <string>

#include "base/time.hpp"
#include "cli/command.hpp"
#include "cli/report.hpp"

namespace cogos::cli {
namespace {

struct PruneOptions {
  PruneOrder order;
  std::string before;
  bool json = false;
};

/// A time, or a date, which is its first moment in UTC.
std::optional<TimePoint> read_moment(const std::string& text) {
  constexpr std::size_t kDate = 10;
  return from_rfc3339_lenient(text.size() == kDate ? text + "T00:00:00Z" : text);
}

void print_as_json(const PruneOrder& order, const PruneReport& report, CommandContext& context) {
  Json chains = Json::array();
  for (const PrunedChain& chain : report.chains) {
    chains.push_back({{"tenant_id", chain.tenant_id},
                      {"app_id", chain.app_id},
                      {"up_to_seq", chain.up_to_seq},
                      {"rows", chain.rows},
                      {"bytes", chain.bytes}});
  }
  print_json(context, {{"before", to_rfc3339(order.before)},
                       {"chains", std::move(chains)},
                       {"rows", report.rows()},
                       {"bytes", report.bytes()},
                       {"other_copies", report.other_copies},
                       {"file_bytes", report.file_bytes},
                       {"free_bytes", report.free_bytes}});
}

void print_in_words(const PruneOrder& order, const PruneReport& report, CommandContext& context) {
  for (const PrunedChain& chain : report.chains) {
    context.out << printable(chain.tenant_id + "/" + chain.app_id) << ": erased the content of "
                << count(chain.rows, "row") << " up to seq " << chain.up_to_seq << ", " << chain.bytes
                << " bytes\n";
  }
  if (report.chains.empty()) context.out << "nothing to erase before " << to_rfc3339(order.before) << '\n';
  for (const std::string& copy : report.other_copies) {
    context.out << printable(copy)
                << " holds another store, in which nothing was erased; remove it once it is not needed\n";
  }
  context.out << report.free_bytes << " of the file's " << report.file_bytes
              << " bytes are free for new rows\n";
}

int prune(const PruneOptions& options, CommandContext& context) {
  PruneOrder order = options.order;
  const auto before = read_moment(options.before);
  if (!before) {
    complain(context, "--before must be a time such as 2027-01-31T00:00:00Z, or a date such as 2027-01-31");
    return kUnusable;
  }
  order.before = *before;
  const auto report = context.server.prune(order);
  if (!report) return refuse(context, report.error());
  if (options.json) {
    print_as_json(order, *report, context);
  } else {
    print_in_words(order, *report, context);
  }
  return kDone;
}

}  // namespace

void add_prune(CLI::App& parent, CommandContext& context) {
  CLI::App& app = *parent.add_subcommand(
      "prune",
      "Erase the sealed contents of old audit rows; their hashes stay, so everything still verifies");
  auto options = std::make_shared<PruneOptions>();
  PruneOrder& order = options->order;
  const auto optional_text = [&app](const char* name, std::optional<std::string>& into, const char* what) {
    return app.add_option_function<std::string>(
        name, [&into](const std::string& value) { into = value; }, what);
  };
  app.add_option("--data-dir", order.data_dir, "The data directory of a stopped server")
      ->type_name("DIR")
      ->required();
  app.add_option("--before", options->before, "Rows older than this: RFC 3339, or a date, in UTC")
      ->type_name("TIME")
      ->required();
  CLI::Option* tenant = optional_text("--tenant", order.tenant_id, "This tenant's rows only")->type_name("T");
  optional_text("--app", order.app_id, "And of these only this app's")->type_name("A")->needs(tenant);
  optional_text("--config", order.config_file,
                "The server's settings; of these operator.sealing_key_file alone is used, for the rows that "
                "record the pruning")
      ->type_name("FILE");
  app.add_flag("--json", options->json, "Report as one line of JSON");
  app.footer(
      "What is erased cannot be opened any more by anybody. A row of _operator records each chain that was\n"
      "pruned and up to which seq; _operator itself is never pruned. The file does not get shorter, but "
      "what\n"
      "became free is used for new rows. Cut off in the middle, run it again.\n"
      "\n"
      "Example:\n  cogos prune --data-dir /var/lib/cogos --before 2026-01-01 --tenant acme");
  runs(app, std::move(options), context, prune);
}

}  // namespace cogos::cli
