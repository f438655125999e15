#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "cogos/result.hpp"
#include "http/exchange.hpp"
#include "http/task.hpp"

namespace cogos::http {

/// Says which routes exist for a request, from where it came and nothing else. Safe to call from any thread.
class Access {
 public:
  Access() = default;
  Access(const Access&) = delete;
  Access& operator=(const Access&) = delete;
  virtual ~Access() = default;
  [[nodiscard]] virtual Surface surface_for(const Exchange& exchange) const = 0;
};

/// Passes or refuses a request before its handler. Safe to call from any thread.
class Gate {
 public:
  Gate() = default;
  Gate(const Gate&) = delete;
  Gate& operator=(const Gate&) = delete;
  virtual ~Gate() = default;
  virtual Result<void> pass(Exchange& exchange) = 0;
};

/// Makes the call durable before its answer leaves. Safe to call from any thread.
class Recorder {
 public:
  Recorder() = default;
  Recorder(const Recorder&) = delete;
  Recorder& operator=(const Recorder&) = delete;
  virtual ~Recorder() = default;
  /// Appends the exchange's row where one is due, waits until it is on disk and sets appended_row. The
  /// response is final by then and response_sha256 is set. Fails with audit_unavailable or overloaded: then
  /// nothing of the result may leave.
  virtual Task<Result<void>> record(Exchange& exchange) = 0;
};

/// A running hash over a body; not thread-safe.
class BodyHash {
 public:
  BodyHash() = default;
  BodyHash(const BodyHash&) = delete;
  BodyHash& operator=(const BodyHash&) = delete;
  virtual ~BodyHash() = default;
  virtual void update(std::string_view piece) = 0;
  /// Hex SHA-256 of all pieces; call once.
  virtual std::string finish() = 0;
};

/// Puts a receipt on a response. Safe to call from any thread.
class Seal {
 public:
  /// One response's receipt in the making: update() over the body's pieces in order, then finish() once.
  class Run {
   public:
    Run() = default;
    Run(const Run&) = delete;
    Run& operator=(const Run&) = delete;
    virtual ~Run() = default;
    virtual void update(std::string_view piece) = 0;
    /// Called after the row is durable. Adds header or trailer fields to `fields`.
    virtual void finish(const Exchange& exchange, Headers& fields) = 0;
  };

  Seal() = default;
  Seal(const Seal&) = delete;
  Seal& operator=(const Seal&) = delete;
  virtual ~Seal() = default;
  /// Null where this response carries no such receipt. Adds to `headers` what is known before the body.
  virtual std::unique_ptr<Run> begin(const Exchange& exchange, Headers& headers) = 0;
  /// The field that finish() will add, to be announced in Trailer (RFC 9110 §6.6.2).
  [[nodiscard]] virtual std::string_view field() const noexcept = 0;
};

/// Adds fields that do not depend on the body. Safe to call from any thread.
class Dresser {
 public:
  Dresser() = default;
  Dresser(const Dresser&) = delete;
  Dresser& operator=(const Dresser&) = delete;
  virtual ~Dresser() = default;
  virtual void dress(const Exchange& exchange, Headers& headers) = 0;
};

/// Puts a failure into the form that its client asked for. Safe to call from any thread.
class ErrorFace {
 public:
  ErrorFace() = default;
  ErrorFace(const ErrorFace&) = delete;
  ErrorFace& operator=(const ErrorFace&) = delete;
  virtual ~ErrorFace() = default;
  /// `response` reports `error` as JSON; may be left as it is.
  virtual void show(const Exchange& exchange, const Error& error, Response& response) const = 0;
};

/// Is told of each answer once it is complete, for logs and figures. Safe to call from any thread.
class Observer {
 public:
  Observer() = default;
  Observer(const Observer&) = delete;
  Observer& operator=(const Observer&) = delete;
  virtual ~Observer() = default;
  virtual void answered(const Exchange& exchange) = 0;
};

}  // namespace cogos::http
