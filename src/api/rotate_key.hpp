#pragma once

#include "base/random.hpp"
#include "base/time.hpp"
#include "http/router.hpp"
#include "keys/dek.hpp"
#include "keys/key_store.hpp"
#include "keys/keyring.hpp"
#include "keys/operator_rows.hpp"
#include "keys/rotation_answers.hpp"

namespace cogos::api {

/// What rotations work with. All must outlive the API.
struct RotateKeyParts {
  keys::KeyStore& store;
  keys::Keyring& keyring;
  keys::RotationAnswers& answers;
  const keys::Dek& dek;
  const keys::OperatorRows& operator_rows;
  const Clock& clock;
  Random& random;
};

/// POST /v1/keys/rotate: a customer exchanges its key for a new one (docs/keys.md has every outcome). The new
/// key is durable and known to every thread before its answer leaves. Thread-safe.
class RotateKeyApi {
 public:
  explicit RotateKeyApi(const RotateKeyParts& parts) : parts_(parts) {}
  void add_routes(http::Router& router);

 private:
  struct Work;
  http::Task<Result<http::Response>> rotate(http::Exchange& exchange);
  [[nodiscard]] Result<Work> prepare(const http::Exchange& exchange) const;
  void publish(Work& work, std::string_view chain_head) const;
  [[nodiscard]] Result<http::Response> overtaken(const Work& work, const Error& error) const;
  http::Task<Result<http::Response>> withdraw(const Work& work);
  [[nodiscard]] std::optional<http::Response> kept_answer(const Work& work) const;

  RotateKeyParts parts_;
};

}  // namespace cogos::api
