#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "http/task.hpp"

namespace cogos::net {

// Concrete over http::Executor throughout: a type-erased executor allocates on each operation.

/// Completes into an http::Task.
inline constexpr boost::asio::use_awaitable_t<http::Executor> use_awaitable{};

using Socket = boost::asio::basic_stream_socket<boost::asio::ip::tcp, http::Executor>;
using Timer =
    boost::asio::basic_waitable_timer<std::chrono::steady_clock,
                                      boost::asio::wait_traits<std::chrono::steady_clock>, http::Executor>;

}  // namespace cogos::net
