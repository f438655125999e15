#pragma once

#include <string_view>

#include "cogos/result.hpp"
#include "http/message.hpp"
#include "http/task.hpp"

namespace cogos::http {

/// What one request that its client may send again has to do with those that are equal to it. The first one
/// of them leaves its answer here; the others are given that answer and do nothing themselves. Belongs to one
/// exchange, on its strand.
class Repetition {
 public:
  Repetition() = default;
  Repetition(const Repetition&) = delete;
  Repetition& operator=(const Repetition&) = delete;
  /// A first one that goes without publish() lets those go that wait for it.
  virtual ~Repetition() = default;

  /// Whether an equal request came before: then no handler runs, and former() brings the answer. On any other
  /// only the last three are called, on this one none of them has an effect.
  [[nodiscard]] virtual bool repeats() const noexcept = 0;

  /// The answer to the former request, waiting while that is on its way. Fails with conflict where it came to
  /// nothing that can be given again. To be called once.
  virtual Task<Result<Response>> former() = 0;

  /// The status and headers of the answer, before what is added for this exchange alone.
  virtual void begin(const Response& response) = 0;
  /// The next bytes of its body.
  virtual void add(std::string_view piece) = 0;
  /// The answer is whole and its row is durable. `tail` is empty for a body that did not come as a stream.
  virtual void publish(BodyStream::Tail tail) = 0;
};

}  // namespace cogos::http
