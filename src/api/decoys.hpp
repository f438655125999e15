#pragma once

#include <array>

#include "http/router.hpp"
#include "http/scanner_path.hpp"
#include "keys/quarantine.hpp"

namespace cogos::api {

/// A route for each pattern of scanners. They are in no router: the gate that recognises the pattern puts its
/// route in place of the one that was not found. Answers 200 with a plausible body, once every key that is in
/// quarantine because of it is so on disk. Thread-safe.
class Decoys {
 public:
  /// `quarantine` must outlive it.
  explicit Decoys(keys::Quarantine& quarantine);
  Decoys(const Decoys&) = delete;
  Decoys& operator=(const Decoys&) = delete;
  ~Decoys() = default;

  /// By the pattern's number.
  [[nodiscard]] const std::array<http::Route, http::kScannerPatterns>& routes() const noexcept {
    return routes_;
  }

 private:
  [[nodiscard]] http::Task<Result<http::Response>> answer(http::ScannerPattern pattern,
                                                          const http::Exchange& exchange) const;

  keys::Quarantine& quarantine_;
  std::array<http::Route, http::kScannerPatterns> routes_;
};

}  // namespace cogos::api
