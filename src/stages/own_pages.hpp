#pragma once

#include <string>

#include "http/stage.hpp"

namespace cogos::stages {

/// Takes forms from this site's own pages only: another site could have a visitor's browser send one
/// (cross-site request forgery). `Sec-Fetch-Site`, which no page can set, must be `same-origin` where the
/// browser sends it; without it `Origin`, or in its absence `Referer`, must name this site. Whoever sends
/// none of them is refused.
class OwnPagesGate final : public http::Gate {
 public:
  /// As a browser serialises it (RFC 6454 §6.2): `https://api.example.com`. Empty: no form is taken.
  explicit OwnPagesGate(std::string origin) : origin_(std::move(origin)) {}

  Result<void> pass(http::Exchange& exchange) override;

 private:
  [[nodiscard]] bool is_ours(const http::Headers& headers) const;

  const std::string origin_;
};

}  // namespace cogos::stages
