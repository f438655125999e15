#pragma once

#include <cstddef>
#include <functional>
#include <thread>
#include <vector>

#include "store/bounded_queue.hpp"
#include "store/database.hpp"
#include "store/page_query.hpp"

namespace cogos::store {

/// What one reader thread has to itself.
struct ReadConnection {
  explicit ReadConnection(Database database) : db(std::move(database)), pages(db) {}
  ReadConnection(const ReadConnection&) = delete;
  ReadConnection& operator=(const ReadConnection&) = delete;

  Database db;
  PageQuery pages;
};

/// Threads that read, each by a read-only connection of its own, in the order of the calls.
class Readers {
 public:
  /// Must not throw. With nothing to read from, the readers are closing or the queue is full; then it runs
  /// on the caller's thread.
  using Job = std::function<void(ReadConnection*)>;

  Readers(const std::filesystem::path& file, const std::string& vfs, unsigned threads,
          std::size_t max_queued);
  Readers(const Readers&) = delete;
  Readers& operator=(const Readers&) = delete;
  ~Readers();

  void submit(Job job);
  /// Completes what is queued and joins the threads. Idempotent.
  void close();

 private:
  BoundedQueue<Job> queue_;
  std::vector<std::thread> threads_;
};

}  // namespace cogos::store
