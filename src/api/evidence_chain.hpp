#pragma once

#include <string>
#include <string_view>

#include "base/json.hpp"

namespace cogos::api {

/// The steps by which a grounded answer came about. Each has a hash over its own members and the hash of the
/// step before it, so that none can be taken out or changed without the last one changing.
class EvidenceChain {
 public:
  /// `step` names it; `members` is an object without the names `step`, `prev` and `hash`.
  void add(std::string_view step, Json members);

  /// An array of the steps: their members, `step`, `prev` (64 zeros for the first) and `hash`, the hex
  /// SHA-256 of the canonical JSON of the step without `hash`.
  [[nodiscard]] const Json& steps() const noexcept { return steps_; }

 private:
  Json steps_ = Json::array();
  std::string last_ = std::string(64, '0');
};

}  // namespace cogos::api
