#include "keys/first_use.hpp"

namespace cogos::keys {

FirstUse::Entry FirstUse::enter() noexcept {
  State state = state_.load(std::memory_order_acquire);
  while (state == State::unused || state == State::used) {
    if (state_.compare_exchange_weak(state, State::marking)) return Entry::to_be_marked;
  }
  return state == State::replaced ? Entry::refused : Entry::admitted;
}

void FirstUse::settled(bool durable) noexcept {
  state_.store(durable ? State::marked : State::used);
}

bool FirstUse::replace() noexcept {
  State expected = State::unused;
  return state_.compare_exchange_strong(expected, State::replaced);
}

bool FirstUse::used() const noexcept {
  const State state = state_.load(std::memory_order_acquire);
  return state != State::unused && state != State::replaced;
}

}  // namespace cogos::keys
