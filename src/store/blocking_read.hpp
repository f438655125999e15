#pragma once

#include <future>
#include <type_traits>

#include "store/readers.hpp"

namespace cogos::store {

/// Runs `read` (of a Database&) on a reader's thread and waits for what it gives. Throws StoreError.
template <class Read>
auto read_blocking(Readers& readers, Read read) {
  using Value = std::invoke_result_t<Read, Database&>;
  std::promise<Value> promise;
  readers.submit([&promise, &read](ReadConnection* connection) {
    try {
      if (connection == nullptr) throw StoreError("the store is closed, or too busy to be read");
      promise.set_value(read(connection->db));
    } catch (...) {
      promise.set_exception(std::current_exception());
    }
  });
  return promise.get_future().get();
}

}  // namespace cogos::store
