#pragma once

#include "http/router.hpp"
#include "keys/attestation_keys.hpp"
#include "proof/attestation.hpp"

namespace cogos::api {

/// GET /attestation.pub and GET /attestation/keys: the public halves with which receipts are checked, of
/// former processes too. Thread-safe.
class AttestationKeysApi {
 public:
  AttestationKeysApi(keys::AttestationKeyStore& store, const proof::AttestationSigner& signer)
      : store_(store), signer_(signer) {}
  void add_routes(http::Router& router);

 private:
  http::Task<Result<http::Response>> current(http::Exchange& exchange);
  http::Task<Result<http::Response>> all(http::Exchange& exchange);

  keys::AttestationKeyStore& store_;
  const proof::AttestationSigner& signer_;
};

}  // namespace cogos::api
