#pragma once

#include <functional>
#include <optional>
#include <utility>

#include "store/errors.hpp"
#include "store/readers.hpp"

namespace cogos::store {

/// Runs `read` (of a Database&) on a reader's thread and tells `done` what it gave, or why nothing could be
/// read.
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

}  // namespace cogos::store
