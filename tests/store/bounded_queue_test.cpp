#include "store/bounded_queue.hpp"

#include <gtest/gtest.h>

#include <thread>

namespace cogos::store {
namespace {

using Queue = BoundedQueue<int>;
constexpr std::chrono::minutes kForever{10};

Queue::Put put(Queue& queue, int item) {
  return queue.put(item);
}

TEST(BoundedQueue, RefusesWhatIsBeyondItsBoundAndAfterItsEnd) {
  Queue queue(2);
  EXPECT_EQ(put(queue, 1), Queue::Put::taken);
  EXPECT_EQ(put(queue, 2), Queue::Put::taken);
  EXPECT_EQ(put(queue, 3), Queue::Put::full);
  queue.close();
  EXPECT_EQ(put(queue, 4), Queue::Put::closed);
  EXPECT_EQ(queue.take(8), (std::vector{1, 2}));
  EXPECT_TRUE(queue.take(8).empty());
}

TEST(BoundedQueue, GivesALoneItemAtOnceToATakerWithoutPatience) {
  Queue queue(8);
  std::thread other([&queue] { put(queue, 1); });
  EXPECT_EQ(queue.take(8), std::vector{1});
  other.join();
}

TEST(BoundedQueue, APatientTakerWaitsForEnough) {
  Queue queue(8);
  put(queue, 1);
  std::thread other([&queue] {
    put(queue, 2);
    put(queue, 3);
  });
  // Three are enough: it returns long before its patience is over, and not with fewer.
  EXPECT_EQ(queue.take(8, kForever, 3), (std::vector{1, 2, 3}));
  other.join();
}

TEST(BoundedQueue, APatientTakerMakesDoWithLessInTheEnd) {
  Queue queue(8);
  put(queue, 1);
  EXPECT_EQ(queue.take(8, std::chrono::milliseconds{1}, 3), std::vector{1});
  // And the next item wakes it by itself again.
  std::thread other([&queue] { put(queue, 2); });
  EXPECT_EQ(queue.take(8), std::vector{2});
  other.join();
}

TEST(BoundedQueue, ItsEndWakesAPatientTaker) {
  Queue queue(8);
  put(queue, 1);
  std::thread other([&queue] { queue.close(); });
  EXPECT_EQ(queue.take(8, kForever, 3), std::vector{1});
  other.join();
}

}  // namespace
}  // namespace cogos::store
