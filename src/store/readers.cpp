#include "store/readers.hpp"

#include <algorithm>

namespace cogos::store {

Readers::Readers(const std::filesystem::path& file, const std::string& vfs, unsigned threads,
                 std::size_t max_queued)
    : queue_(max_queued) {
  std::vector<std::unique_ptr<ReadConnection>> connections;
  for (unsigned i = 0; i < std::max(threads, 1U); ++i) {
    connections.push_back(std::make_unique<ReadConnection>(Database(file, Access::read_only, vfs)));
  }
  for (auto& connection : connections) {
    threads_.emplace_back([this, mine = std::move(connection)] {
      for (auto jobs = queue_.take(1); !jobs.empty(); jobs = queue_.take(1)) jobs.front()(mine.get());
    });
  }
}

Readers::~Readers() {
  close();
}

void Readers::submit(Job job) {
  if (queue_.put(job) != BoundedQueue<Job>::Put::taken) job(nullptr);
}

void Readers::close() {
  queue_.close();
  for (std::thread& thread : threads_) {
    if (thread.joinable()) thread.join();
  }
}

}  // namespace cogos::store
