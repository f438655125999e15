#pragma once

#include <functional>
#include <utility>

namespace cogos::http {

/// Tells work in progress that its client has left. Used on one connection's strand only; not thread-safe.
class Cancellation {
 public:
  Cancellation() = default;
  Cancellation(const Cancellation&) = delete;
  Cancellation& operator=(const Cancellation&) = delete;
  ~Cancellation() = default;

  [[nodiscard]] bool requested() const noexcept { return requested_; }

  /// `handler` runs once, from request(); at once where that has happened already. It replaces a former one,
  /// and an empty one withdraws it. It must not throw.
  void on_request(std::function<void()> handler) {
    handler_ = std::move(handler);
    if (requested_ && handler_) std::exchange(handler_, nullptr)();
  }

  /// What comes of the work is kept for a client that asks again: that it has left is no reason to stop any
  /// more. request() is, all the same.
  void outlive_client() noexcept { ends_with_client_ = false; }
  [[nodiscard]] bool ends_with_client() const noexcept { return ends_with_client_; }

  void request() {
    requested_ = true;
    if (handler_) std::exchange(handler_, nullptr)();
  }

 private:
  bool requested_ = false;
  bool ends_with_client_ = true;
  std::function<void()> handler_;
};

}  // namespace cogos::http
