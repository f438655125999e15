#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/strand.hpp>

namespace cogos::http {

/// Each connection runs on a strand of its own. The type is concrete because a type-erased executor costs
/// about a quarter of a small request's time.
using Executor = boost::asio::strand<boost::asio::io_context::executor_type>;

/// A coroutine on a connection's strand. On g++ 12 an expression with `co_await` may hold no aggregate
/// temporary, capturing lambda or `?:`; name the object on the line above.
template <class T>
using Task = boost::asio::awaitable<T, Executor>;

}  // namespace cogos::http
