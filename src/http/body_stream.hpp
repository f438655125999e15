#pragma once

#include <string>

#include "http/headers.hpp"
#include "http/task.hpp"

namespace cogos::http {

/// A body that is produced while it is sent, with chunked coding; what is known only at its end (the
/// receipts) comes as trailers. Used on one connection's strand; the connection asks for the next piece only
/// when the former one is written, so a slow reader holds the producer back.
class BodyStream {
 public:
  BodyStream() = default;
  BodyStream(const BodyStream&) = delete;
  BodyStream& operator=(const BodyStream&) = delete;
  virtual ~BodyStream() = default;

  /// The next piece in `piece`, or false at the end. A failure ends the stream from inside: the producer says
  /// so in the body's own format and then ends.
  virtual Task<bool> next(std::string& piece) = 0;

  /// To be sent after the last piece; complete once next() has returned false.
  [[nodiscard]] virtual const Headers& trailers() const = 0;

  /// The last bytes of all, after what the receipts cover: where a format can carry them, it tells them here
  /// too. `receipts` are the trailers, none where the row could not be written. Called at most once, after
  /// next() has returned false.
  virtual std::string tail(const Headers& receipts);

  /// The client left before the end: the producer stops its upstream and records what was done. Called at
  /// most once, in place of the next next().
  virtual Task<void> abandon() = 0;
};

inline std::string BodyStream::tail(const Headers& /*receipts*/) {
  return {};
}

}  // namespace cogos::http
