#pragma once

#include <optional>
#include <string>
#include <vector>

#include "proof/audit_log.hpp"
#include "store/database.hpp"

namespace cogos::store {

/// Reads pages of rows by one connection. A page costs what its rows cost plus a look-up for each of the
/// tenant's apps that has rows as new as `since`; how many rows the table has does not matter.
class PageQuery {
 public:
  /// `db` must outlive the query.
  explicit PageQuery(Database& db);

  /// All of one state of the database; `settled_before` is left to the caller. Rows after `until` are left
  /// out without counting as more. Throws StoreError.
  [[nodiscard]] proof::AuditPage read(const proof::AuditQuery& query,
                                      std::optional<TimePoint> until = std::nullopt);

 private:
  struct Place;
  struct App;

  [[nodiscard]] std::vector<App> apps(const proof::AuditQuery& query);
  void refill(App& app);
  void in_time_order(const proof::AuditQuery& query, TimePoint until, proof::AuditPage& page);
  void in_seq_order(const proof::AuditQuery& query, TimePoint until, proof::AuditPage& page);
  void add_row(const App& app, std::int64_t row_id, proof::AuditPage& page);
  [[nodiscard]] std::string hash_before(std::int64_t chain, std::uint64_t seq);

  Database& db_;
  Statement apps_;
  Statement one_app_;
  Statement places_;
  Statement seq_places_;
  Statement first_seq_since_;
  Statement row_;
  Statement hash_;
};

}  // namespace cogos::store
