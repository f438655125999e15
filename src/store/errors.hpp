#pragma once

#include <string>

#include "cogos/result.hpp"
#include "store/store_error.hpp"

namespace cogos::store {

/// audit_unavailable, with why for the log.
[[nodiscard]] Error unavailable(std::string detail);
/// A queue is full: nothing was done, and a second later there is room again.
[[nodiscard]] Error overloaded(std::string detail);
/// What a change that breaks a constraint means: conflict where something is there already, else internal.
[[nodiscard]] Error constraint_failed(const StoreError& error);

}  // namespace cogos::store
