#pragma once

#include <boost/asio/ip/address.hpp>

namespace cogos::stages {

/// Is told of each credential that proved nothing: a key or signature that is not a known key's, a wrong
/// operator's key. Not of requests without credentials, nor of a known key that is not admitted: whoever has
/// it does not guess. Called from any thread.
class FailedProofs {
 public:
  FailedProofs() = default;
  FailedProofs(const FailedProofs&) = delete;
  FailedProofs& operator=(const FailedProofs&) = delete;
  virtual ~FailedProofs() = default;
  virtual void failed_proof(const boost::asio::ip::address& peer) = 0;
};

}  // namespace cogos::stages
