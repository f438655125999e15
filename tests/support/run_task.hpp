#pragma once

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/strand.hpp>
#include <exception>
#include <optional>
#include <utility>

#include "http/task.hpp"

namespace cogos::test {

/// Runs a coroutine to its end on a loop of its own and gives its value; its exception comes through.
template <class T>
T run_task(http::Task<T> task) {
  boost::asio::io_context io(1);
  std::optional<T> value;
  std::exception_ptr problem;
  boost::asio::co_spawn(boost::asio::make_strand(io.get_executor()), std::move(task),
                        [&](std::exception_ptr thrown, T result) {
                          problem = std::move(thrown);
                          if (!problem) value.emplace(std::move(result));
                        });
  // Callbacks from other threads keep the coroutine's own work alive through their handler.
  const auto work = boost::asio::make_work_guard(io);
  while (!value && !problem) io.run_one();
  if (problem) std::rethrow_exception(problem);
  return std::move(*value);
}

inline void run_task(http::Task<void> task) {
  boost::asio::io_context io(1);
  bool done = false;
  std::exception_ptr problem;
  boost::asio::co_spawn(boost::asio::make_strand(io.get_executor()), std::move(task),
                        [&](std::exception_ptr thrown) {
                          problem = std::move(thrown);
                          done = true;
                        });
  const auto work = boost::asio::make_work_guard(io);
  while (!done) io.run_one();
  if (problem) std::rethrow_exception(problem);
}

}  // namespace cogos::test
