#pragma once

#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <memory>
#include <utility>

#include "http/task.hpp"

namespace cogos::http {

/// Waits for an operation that reports through a callback on some other thread, and goes on with its value on
/// the coroutine's own strand. `start` is called at once with a copyable function that takes a T; it must be
/// called exactly once. On g++ 12, keep the task in a named object and co_await that.
template <class T, class Start>
Task<T> await_callback(Start start) {
  constexpr boost::asio::use_awaitable_t<Executor> token{};
  return boost::asio::async_initiate<const boost::asio::use_awaitable_t<Executor>, void(T)>(
      [](auto handler, Start run) {
        auto shared = std::make_shared<decltype(handler)>(std::move(handler));
        run([shared](T value) {
          const auto executor = boost::asio::get_associated_executor(*shared);
          boost::asio::post(executor, [shared, value = std::move(value)]() mutable {
            auto resume = std::move(*shared);
            resume(std::move(value));
          });
        });
      },
      token, std::move(start));
}

}  // namespace cogos::http
