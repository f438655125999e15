#include <map>
#include <set>
#include <sstream>

#include "base/json.hpp"
#include "store/fsck.hpp"
#include "store/scripted_store.hpp"

namespace cogos::store {
namespace {

using Place = std::pair<proof::ChainId, std::uint64_t>;

std::optional<std::string> fault_found_by_fsck(const std::filesystem::path& data_dir) {
  const auto report = fsck(data_dir);
  if (!report) return report.error().message();
  if (report->holds()) return std::nullopt;
  std::ostringstream found;
  for (const std::string& problem : report->problems) found << problem << "; ";
  for (const ChainReport& chain : report->chains) {
    if (chain.broken) found << chain.tenant_id << '/' << chain.app_id << ' ' << chain.broken->detail << "; ";
  }
  return "fsck: " + found.str();
}

proof::AuditPage all_rows(Store& store, const std::string& tenant) {
  proof::AuditQuery query;
  query.tenant_id = tenant;
  query.limit = 100'000;
  std::promise<Result<proof::AuditPage>> page;
  store.audit_log().read(query, [&page](Result<proof::AuditPage> read) { page.set_value(std::move(read)); });
  return page.get_future().get().value();
}

/// Looks at one opened store.
class Inspection {
 public:
  explicit Inspection(Store& store) : store_(store) {
    for (const char* tenant : {"acme", "globex", "_operator"}) {
      for (proof::StoredRow& row : all_rows(store, tenant).rows) {
        if (proof::ChainId{tenant, row.app_id} == proof::kOperatorChain) note_change(row.core);
        hashes_.emplace(Place{{tenant, row.app_id}, row.seq}, std::move(row.row_hash));
      }
    }
  }

  [[nodiscard]] std::optional<std::string> broken(const Promise& promise) const {
    const auto row = hashes_.find({promise.chain, promise.head.seq});
    if (row == hashes_.end() || row->second != promise.head.row_hash) {
      return "row " + std::to_string(promise.head.seq) + " of " + promise.chain.tenant_id + '/' +
             promise.chain.app_id + " was promised and is " + (row == hashes_.end() ? "missing" : "another");
    }
    if (promise.attestation_kid.empty()) return std::nullopt;
    for (const auto& key : store_.attestation_keys().all()) {
      if (key.kid == promise.attestation_kid) return std::nullopt;
    }
    return "the attestation key " + promise.attestation_kid + " was promised and is missing";
  }

  /// A key is there exactly where its row is, and revoked exactly where that row is.
  [[nodiscard]] std::optional<std::string> keys_without_their_rows() {
    std::set<std::string> issued;
    std::set<std::string> revoked;
    for (const keys::KeyRecord& key : store_.keys().load_keys()) {
      issued.insert(key.key_id);
      if (key.revoked_at) revoked.insert(key.key_id);
    }
    if (issued == changes_["issue"] && revoked == changes_["revoke"]) return std::nullopt;
    return "the keys are not those that the operator's rows report";
  }

 private:
  void note_change(const std::string& core) {
    const Json row = base::parse_json(core).value();
    const auto detail = row.find("detail");
    if (detail == row.end() || !detail->is_object() || !detail->contains("event")) return;
    changes_[detail->at("event").get<std::string>()].insert(detail->at("key_id").get<std::string>());
  }

  Store& store_;
  std::map<Place, std::string> hashes_;
  std::map<std::string, std::set<std::string>> changes_;
};

std::optional<std::string> cannot_go_on(Store& store) {
  std::promise<Result<proof::ChainHead>> done;
  proof::RowDraft row;
  row.chain = proof::kOperatorChain;
  row.method = "SYSTEM";
  row.route = "server.stop";
  row.status = "recorded";
  store.audit_log().append(std::move(row),
                           [&done](Result<proof::ChainHead> head) { done.set_value(std::move(head)); });
  const auto head = done.get_future().get();
  return head ? std::nullopt : std::optional("no row can be appended: " + head.error().detail());
}

std::optional<std::string> inspect(Store& store, const std::vector<Promise>& promises, std::size_t count) {
  Inspection inspection(store);
  for (std::size_t i = 0; i < count; ++i) {
    if (auto broken = inspection.broken(promises[i])) return broken;
  }
  if (auto wrong = inspection.keys_without_their_rows()) return wrong;
  return cannot_go_on(store);
}

}  // namespace

std::optional<std::string> broken_promise(const std::filesystem::path& data_dir,
                                          const std::vector<Promise>& promises, std::size_t count) {
  // A start that was cut short before it promised anything may have left nothing for fsck to read.
  if (count > 0) {
    if (auto found = fault_found_by_fsck(data_dir)) return "before a start, " + *found;
  }
  try {
    StoreOptions options;
    options.data_dir = data_dir;
    options.reader_threads = 1;
    const test::ManualClock clock;
    Store store(options, clock);
    if (auto broken = inspect(store, promises, count)) return broken;
  } catch (const std::exception& error) {
    return std::string("it does not open: ") + error.what();
  }
  if (auto found = fault_found_by_fsck(data_dir)) return "after a start, " + *found;
  return std::nullopt;
}

}  // namespace cogos::store
