#pragma once

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/strand.hpp>
#include <exception>
#include <optional>
#include <utility>

#include "http/task.hpp"

namespace cogos::app {

/// Runs a coroutine to its end on `io`, which nobody else runs, and gives what it gave.
template <class T>
T run_blocking(boost::asio::io_context& io, http::Task<T> task) {
  std::optional<T> outcome;
  boost::asio::co_spawn(boost::asio::make_strand(io.get_executor()), std::move(task),
                        [&outcome](const std::exception_ptr& problem, T result) {
                          if (problem) std::rethrow_exception(problem);
                          outcome.emplace(std::move(result));
                        });
  io.restart();
  io.run();
  return std::move(*outcome);
}

}  // namespace cogos::app
