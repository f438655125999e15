#pragma once

#include "http/stage.hpp"
#include "keys/dek.hpp"

namespace cogos::stages {

/// X-Cogos-Signature on every response under /v1 to a caller who has proved to hold a key. The key's secret
/// is in clear only between begin() and the moment its HMAC state is set up.
class HmacSeal final : public http::Seal {
 public:
  explicit HmacSeal(const keys::Dek& dek) : dek_(dek) {}

  std::unique_ptr<Run> begin(const http::Exchange& exchange, http::Headers& headers) override;
  [[nodiscard]] std::string_view field() const noexcept override { return "X-Cogos-Signature"; }

 private:
  const keys::Dek& dek_;
};

}  // namespace cogos::stages
