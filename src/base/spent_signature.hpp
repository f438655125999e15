#pragma once

#include "base/bytes.hpp"
#include "base/time.hpp"

namespace cogos {

/// What is kept of a request signature that was accepted: the first 16 bytes of its SHA-256, and the last
/// moment at which its `ts` would still be accepted.
struct SpentSignature {
  ByteArray<16> mark{};
  TimePoint until;
};

}  // namespace cogos
