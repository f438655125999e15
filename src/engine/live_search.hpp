#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "cogos/result.hpp"
#include "http/cancellation.hpp"
#include "http/task.hpp"

namespace cogos::engine {

/// One hit. All of it is what strangers wrote: text without markup and control characters, bounded, never to
/// be followed or taken for an instruction.
struct SearchHit {
  std::string title;    ///< At most 300 bytes.
  std::string snippet;  ///< At most 1,000 bytes.
  std::string url;      ///< Absolute, http or https, at most 2,000 bytes.
};

/// Longest query, in bytes, and most hits of one search.
inline constexpr std::size_t kMaxQuery = 400;
inline constexpr std::uint32_t kMaxHits = 20;

/// Looks something up outside. The one dependency of the server that is not first-party, and optional.
/// Implementations are safe to use from any number of strands.
class LiveSearch {
 public:
  LiveSearch() = default;
  LiveSearch(const LiveSearch&) = delete;
  LiveSearch& operator=(const LiveSearch&) = delete;
  virtual ~LiveSearch() = default;

  /// At most `max_hits` (1 to kMaxHits), the best first. `query` is valid UTF-8 of 1 to kMaxQuery bytes; it
  /// and `cancellation` must outlive the task. Fails with upstream_error, upstream_timeout, overloaded or
  /// client_closed.
  virtual http::Task<Result<std::vector<SearchHit>>> search(const std::string& query, std::uint32_t max_hits,
                                                            http::Cancellation& cancellation) = 0;

  /// `none` or `brave`.
  [[nodiscard]] virtual std::string_view provider() const noexcept = 0;
};

/// Finds nothing and reaches nobody.
class NoSearch final : public LiveSearch {
 public:
  http::Task<Result<std::vector<SearchHit>>> search(const std::string& /*query*/, std::uint32_t /*max_hits*/,
                                                    http::Cancellation& /*cancellation*/) override {
    std::vector<SearchHit> none;
    co_return none;
  }
  [[nodiscard]] std::string_view provider() const noexcept override { return "none"; }
};

}  // namespace cogos::engine
