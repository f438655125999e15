#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/time.hpp"
#include "cogos/result.hpp"

namespace cogos::proof {

/// Which rows of all chains a page of usage holds.
struct UsageQuery {
  std::optional<std::string> tenant_id;  ///< Nothing: everybody's.
  std::optional<TimePoint> since;        ///< Rows made at this moment or later.
  std::uint64_t after = 0;               ///< Goes on from UsagePage::next of the page before.
  std::uint32_t limit = 100;             ///< Rows at most.
};

struct UsagePage {
  std::vector<std::string> cores;  ///< Each row's core, in the order in which the log was written.
  std::uint64_t next = 0;          ///< Where the next page begins; later rows come after it too.
  bool more = false;               ///< There were further rows when this one was read.
};

/// What a look at the ends of some chains gave.
struct TailCheck {
  std::uint64_t chains = 0;
  std::uint64_t rows = 0;
  std::optional<std::string> problem;  ///< The first thing that does not hold, for the log.
};

/// How the log is doing; each reading is correct by itself.
struct LogHealth {
  bool writable = false;
  std::uint64_t queue_depth = 0;       ///< Changes that wait for the disk.
  std::uint64_t rows_last_minute = 0;  ///< Durable within the last 60 s.
  std::optional<TimePoint> last_commit;
  std::uint64_t chains = 0;
  std::uint64_t rows = 0;  ///< Durable, of all chains.
};

/// What operators may see of the log beyond their own chain: metadata, never what is sealed. Thread-safe.
/// Callbacks run on a thread of the log's own; they fail with overloaded or audit_unavailable.
class OperatorLog {
 public:
  OperatorLog() = default;
  OperatorLog(const OperatorLog&) = delete;
  OperatorLog& operator=(const OperatorLog&) = delete;
  virtual ~OperatorLog() = default;

  /// A page costs its rows, and with `since` a binary search. With a tenant named it looks at 20,000 rows at
  /// most and may come back with few or none though there is more.
  virtual void usage(UsageQuery query, std::function<void(Result<UsagePage>)> done) = 0;

  /// Verifies the kept digest over all heads, and of a few chains, other ones at each call, the last few
  /// rows: bounded whatever the log's length, but for a read of one small record a chain.
  virtual void check_tails(std::function<void(Result<TailCheck>)> done) = 0;

  [[nodiscard]] virtual LogHealth health() const = 0;
};

}  // namespace cogos::proof
