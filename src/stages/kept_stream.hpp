#pragma once

#include <string>
#include <utility>

#include "http/body_stream.hpp"

namespace cogos::stages {

/// A streamed body that was given once already; its tail is made anew.
class KeptStream final : public http::BodyStream {
 public:
  KeptStream(std::string body, Tail tail) : body_(std::move(body)), tail_(std::move(tail)) {}

  http::Task<bool> next(std::string& piece) override {
    piece = body_.substr(given_, kPiece);
    given_ += piece.size();
    co_return !piece.empty();
  }
  [[nodiscard]] std::size_t held() const noexcept override { return body_.size(); }
  [[nodiscard]] const http::Headers& trailers() const override { return none_; }
  [[nodiscard]] Tail tail() const override { return tail_; }
  http::Task<void> abandon() override { co_return; }

 private:
  static constexpr std::size_t kPiece = std::size_t{16} << 10U;  // what one record of TLS carries

  const std::string body_;
  std::size_t given_ = 0;
  const Tail tail_;
  const http::Headers none_;
};

}  // namespace cogos::stages
