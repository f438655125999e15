#pragma once

#include <string>
#include <utility>

#include "http/body_stream.hpp"

namespace cogos::stages {

/// A streamed body that was given once already, in one piece; its tail is made anew.
class KeptStream final : public http::BodyStream {
 public:
  KeptStream(std::string body, Tail tail) : body_(std::move(body)), tail_(std::move(tail)) {}

  http::Task<bool> next(std::string& piece) override {
    piece = std::exchange(body_, {});
    co_return !piece.empty();
  }
  [[nodiscard]] const http::Headers& trailers() const override { return none_; }
  [[nodiscard]] Tail tail() const override { return tail_; }
  http::Task<void> abandon() override { co_return; }

 private:
  std::string body_;
  const Tail tail_;
  const http::Headers none_;
};

}  // namespace cogos::stages
