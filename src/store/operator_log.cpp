#include "store/operator_log.hpp"

#include "store/read_on.hpp"
#include "store/tail_check.hpp"
#include "store/usage_query.hpp"

namespace cogos::store {
void OperatorLog::usage(proof::UsageQuery query, std::function<void(Result<proof::UsagePage>)> done) {
  read_on<proof::UsagePage>(readers_, std::move(done),
                            [query = std::move(query)](Database& db) { return read_usage(db, query); });
}

void OperatorLog::check_tails(std::function<void(Result<proof::TailCheck>)> done) {
  read_on<proof::TailCheck>(readers_, std::move(done), [this](Database& db) {
    // Two checks at once may look at the same chains; the next one goes on from either.
    std::int64_t last = last_checked_.load();
    proof::TailCheck check = store::check_tails(db, last);
    last_checked_.store(last);
    return check;
  });
}

proof::LogHealth OperatorLog::health() const {
  const Heads::Count count = heads_.count();
  return {writer_.writable(),    writer_.queued(), writer_.rows_last_minute(),
          writer_.last_commit(), count.chains,     count.rows};
}

}  // namespace cogos::store
