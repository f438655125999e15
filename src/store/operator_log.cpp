#include "store/operator_log.hpp"

#include "store/errors.hpp"
#include "store/tail_check.hpp"
#include "store/usage_query.hpp"

namespace cogos::store {
namespace {

/// Runs `read` on a reader's thread and tells `done` what it gave.
template <class T, class Read>
void read_on(Readers& readers, std::function<void(Result<T>)> done, Read read) {
  readers.submit([done = std::move(done), read = std::move(read)](ReadConnection* connection) {
    if (connection == nullptr) return done(overloaded("the log is closing, or too busy to be read"));
    std::optional<Result<T>> outcome;
    try {
      outcome.emplace(read(connection->db));
    } catch (const StoreError& error) {
      outcome.emplace(unavailable(error.what()));
    }
    done(std::move(*outcome));
  });
}

}  // namespace

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
