// Appends rows like those of real calls to a chain of a stopped server's store:
//   bench_fill DATA_DIR ROWS TENANT APP KEY_ID SEALING_KEY_PEM_FILE
// For measurements with many rows; the store itself is the server's, so what it makes passes fsck.
#include <charconv>
#include <condition_variable>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <iterator>
#include <mutex>
#include <thread>
#include <vector>

#include "app/system_clock.hpp"
#include "crypto/system_random.hpp"
#include "store/store.hpp"
#include "support/call_row.hpp"

namespace {

using namespace cogos;

/// So many appends are under way at once; the writer makes batches of them.
class Window {
 public:
  explicit Window(std::size_t most) : most_(most) {}
  void enter() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return inside_ < most_; });
    ++inside_;
  }
  void leave(bool succeeded) {
    const std::lock_guard lock(mutex_);
    --inside_;
    failed_ = failed_ || !succeeded;
    changed_.notify_all();
  }
  /// Waits for the last; whether all succeeded.
  bool all_succeeded() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return inside_ == 0; });
    return !failed_;
  }

 private:
  const std::size_t most_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::size_t inside_ = 0;
  bool failed_ = false;
};

struct Customer {
  proof::ChainId chain;
  std::string key_id;
  crypto::X25519PublicKey sealing_key;
};

proof::RowDraft draft(const Customer& customer, Random& random) {
  proof::RowDraft row = test::call_row(customer.chain);
  row.key_id = customer.key_id;
  row.seal = proof::PendingSeal::prepare(customer.sealing_key, test::call_content(), random).value();
  return row;
}

bool fill(store::Store& store, const Customer& customer, std::uint64_t rows, Random& random) {
  Window window(2'000);
  std::vector<std::thread> threads;
  const std::uint64_t count = std::max(1U, std::thread::hardware_concurrency());
  for (std::uint64_t i = 0; i < count; ++i) {
    threads.emplace_back([&, mine = rows / count + (i < rows % count ? 1 : 0)] {
      for (std::uint64_t done = 0; done < mine; ++done) {
        proof::RowDraft row = draft(customer, random);
        window.enter();
        store.audit_log().append(std::move(row), [&window](const Result<proof::ChainHead>& head) {
          window.leave(head.has_value());
        });
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  return window.all_succeeded();
}

int run(const std::vector<std::string>& arguments) {
  std::uint64_t rows = 0;
  const std::string& number = arguments[1];
  std::from_chars(number.data(), number.data() + number.size(), rows);
  std::ifstream file(arguments[5]);
  const std::string pem{std::istreambuf_iterator<char>(file), {}};
  const auto sealing_key = crypto::X25519PublicKey::from_pem(pem);
  if (!sealing_key || rows == 0) {
    std::cerr << "bench_fill: ROWS must be a number, SEALING_KEY_PEM_FILE an X25519 public key\n";
    return 2;
  }
  crypto::SystemRandom random;
  const app::SystemClock clock;
  store::StoreOptions options;
  options.data_dir = arguments[0];
  store::Store store(options, clock);
  const Customer customer{{arguments[2], arguments[3]}, arguments[4], *sealing_key};
  const bool filled = fill(store, customer, rows, random);
  store.close();
  return filled ? 0 : 1;
}

}  // namespace

int main(int count, char** values) {
  const std::vector<std::string> arguments(values + 1, values + count);
  if (arguments.size() != 6) {
    std::cerr << "usage: bench_fill DATA_DIR ROWS TENANT APP KEY_ID SEALING_KEY_PEM_FILE\n";
    return 2;
  }
  try {
    return run(arguments);
  } catch (const std::exception& error) {
    std::cerr << "bench_fill: " << error.what() << '\n';
    return 1;
  }
}
