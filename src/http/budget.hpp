#pragma once

#include <atomic>
#include <cstdint>
#include <memory>

namespace cogos::http {

/// A bounded amount of something that requests share, such as bytes or places. Safe to use from any thread.
/// Made by std::make_shared: shares keep it alive, since a connection may outlast whoever made it.
class Budget : public std::enable_shared_from_this<Budget> {
 public:
  /// What one holder has of a budget; gives it back when it goes. Belongs to one strand.
  class Share {
   public:
    Share() = default;
    Share(Share&& other) noexcept;
    Share& operator=(Share&& other) noexcept;
    Share(const Share&) = delete;
    Share& operator=(const Share&) = delete;
    ~Share() { release(); }

    /// Gives back all of it. Idempotent.
    void release() noexcept;
    [[nodiscard]] std::uint64_t amount() const noexcept { return amount_; }

   private:
    friend class Budget;
    std::shared_ptr<Budget> budget_;
    std::uint64_t amount_ = 0;
  };

  explicit Budget(std::uint64_t total) : total_(total) {}

  /// Adds to `share`, which is empty or of this budget. False, and nothing taken, where less than `amount` is
  /// left. Does not wait.
  [[nodiscard]] bool take(std::uint64_t amount, Share& share);
  [[nodiscard]] std::uint64_t in_use() const noexcept { return in_use_.load(std::memory_order_relaxed); }

 private:
  const std::uint64_t total_;
  std::atomic<std::uint64_t> in_use_{0};
};

/// What a body may have in memory before it counts against the budget for bodies: few large ones cannot keep
/// ordinary calls out then, and every connection holds as much in buffers anyhow.
inline constexpr std::uint64_t kUncountedBytes = 16 * 1024;

/// Makes `share` cover one more body of `size` bytes, whose first `covered` ones it covers already. A null
/// budget has no bound.
[[nodiscard]] bool cover_body(Budget* budget, std::uint64_t covered, std::uint64_t size,
                              Budget::Share& share);

}  // namespace cogos::http
