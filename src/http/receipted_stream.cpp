#include "http/receipted_stream.hpp"

#include <exception>
#include <utility>
#include <vector>

#include "http/repetition.hpp"

namespace cogos::http {
namespace {

class ReceiptedStream final : public BodyStream {
 public:
  ReceiptedStream(std::unique_ptr<BodyStream> body, Exchange& exchange, const PipelineParts& parts)
      : body_(std::move(body)), exchange_(exchange), parts_(parts), hash_(parts.body_hash()) {
    Headers& headers = exchange.response.headers;
    std::string announced;
    for (Seal* seal : parts.seals) {
      auto run = seal->begin(exchange, headers);
      if (!run) continue;
      runs_.push_back(std::move(run));
      if (!announced.empty()) announced += ", ";
      announced += seal->field();
    }
    if (!announced.empty()) headers.set("Trailer", announced);
  }

  Task<bool> next(std::string& piece) override {
    if (ended_) co_return false;
    const bool more = co_await produce(piece);
    if (more) {
      if (exchange_.repetition) exchange_.repetition->add(piece);
      hash_->update(piece);
      for (const auto& run : runs_) run->update(piece);
      co_return true;
    }
    const bool recorded = co_await record();
    if (recorded) {
      for (const auto& run : runs_) run->finish(exchange_, trailers_);
      exchange_.stations.sealed = parts_.clock->monotonic();
    }
    const Tail tail = body_->tail();
    piece = tail ? tail(trailers_) : std::string();
    if (exchange_.repetition && !exchange_.error) exchange_.repetition->publish(tail);
    exchange_.repetition.reset();
    tell_observers();
    co_return !piece.empty();
  }

  [[nodiscard]] const Headers& trailers() const override { return trailers_; }

  Task<void> abandon() override {
    if (ended_) co_return;  // all is done and recorded; only the last bytes found nobody
    co_await body_->abandon();
    exchange_.error = Error(ErrorCode::client_closed, "the client closed the connection");
    exchange_.repetition.reset();
    co_await record();
    tell_observers();
  }

 private:
  void tell_observers() const {
    for (Observer* observer : parts_.observers) observer->answered(exchange_);
  }

  Task<bool> produce(std::string& piece) {
    bool more = false;
    try {
      more = co_await body_->next(piece);
    } catch (const std::exception& error) {
      exchange_.error = Error(ErrorCode::internal, "internal error", error.what());
    }
    co_return more;
  }

  Task<bool> record() {
    ended_ = true;
    exchange_.response_sha256 = hash_->finish();
    exchange_.completed_at = parts_.clock->now();
    exchange_.stations.handled = parts_.clock->monotonic();
    bool done = false;
    try {
      const Result<void> recorded = co_await parts_.recorder->record(exchange_);
      done = recorded.has_value();
      if (!done) exchange_.error = recorded.error();
    } catch (const std::exception& error) {
      exchange_.error = Error(ErrorCode::audit_unavailable, "the call could not be recorded", error.what());
    }
    exchange_.stations.recorded = parts_.clock->monotonic();
    co_return done;
  }

  std::unique_ptr<BodyStream> body_;
  Exchange& exchange_;
  const PipelineParts& parts_;
  std::unique_ptr<BodyHash> hash_;
  std::vector<std::unique_ptr<Seal::Run>> runs_;
  Headers trailers_;
  bool ended_ = false;
};

}  // namespace

std::unique_ptr<BodyStream> receipted(std::unique_ptr<BodyStream> body, Exchange& exchange,
                                      const PipelineParts& parts) {
  return std::make_unique<ReceiptedStream>(std::move(body), exchange, parts);
}

}  // namespace cogos::http
