#pragma once

#include <functional>
#include <string>

#include "http/headers.hpp"
#include "http/task.hpp"

namespace cogos::http {

/// A body that is produced while it is sent, with chunked coding; what is known only at its end (the
/// receipts) comes as trailers. Used on one connection's strand; the connection asks for the next piece only
/// when the former one is written, so a slow reader holds the producer back.
class BodyStream {
 public:
  /// Makes the last bytes of all, which the receipts do not cover, from the receipts: where a format can
  /// carry them, it tells them there too. `receipts` are the trailers, none where the row could not be
  /// written. Stands by itself and may be called more than once, each time with other receipts for the same
  /// body.
  using Tail = std::function<std::string(const Headers& receipts)>;

  BodyStream() = default;
  BodyStream(const BodyStream&) = delete;
  BodyStream& operator=(const BodyStream&) = delete;
  virtual ~BodyStream() = default;

  /// The next piece in `piece`, or false at the end. A failure ends the stream from inside: the producer says
  /// so in the body's own format and then ends.
  virtual Task<bool> next(std::string& piece) = 0;

  /// How many of its bytes are in memory from the start: they count like those of a body that is no stream.
  [[nodiscard]] virtual std::size_t held() const noexcept { return 0; }

  /// To be sent after the last piece; complete once next() has returned false.
  [[nodiscard]] virtual const Headers& trailers() const = 0;

  /// Empty where the body has no such bytes. Asked for after next() has returned false and the row is durable
  /// or has failed.
  [[nodiscard]] virtual Tail tail() const { return {}; }

  /// The client left before the end: the producer stops its upstream and records what was done. Called at
  /// most once, in place of the next next().
  virtual Task<void> abandon() = 0;
};

}  // namespace cogos::http
