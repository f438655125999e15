#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "base/bytes.hpp"

namespace cogos::crypto {

using Digest = ByteArray<32>;

/// SHA-256 (FIPS 180-4) in one call. Uses a per-thread context, so nothing is fetched or allocated per call.
[[nodiscard]] Digest sha256(ByteView data);
[[nodiscard]] std::string sha256_hex(ByteView data);
[[nodiscard]] inline std::string sha256_hex(std::string_view text) {
  return sha256_hex(as_bytes(text));
}
/// Of the pieces one after the other.
[[nodiscard]] std::string sha256_hex(std::span<const ByteView> pieces);

/// SHA-256 over pieces. Not thread-safe.
class Sha256 {
 public:
  Sha256();
  Sha256(Sha256&&) noexcept;
  Sha256& operator=(Sha256&&) noexcept;
  ~Sha256();
  void update(ByteView piece);
  /// Call once; the object is spent then.
  [[nodiscard]] Digest finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// HMAC-SHA-256 (RFC 2104) over pieces. Not thread-safe; wipes its key schedule on destruction.
class HmacSha256 {
 public:
  explicit HmacSha256(ByteView key);
  HmacSha256(HmacSha256&&) noexcept;
  HmacSha256& operator=(HmacSha256&&) noexcept;
  ~HmacSha256();
  void update(ByteView piece);
  /// Call once; the object is spent then.
  [[nodiscard]] Digest finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// In one call, by a per-thread context that keeps nothing of the key.
[[nodiscard]] Digest hmac_sha256(ByteView key, ByteView data);

/// HKDF-SHA-256 (RFC 5869), one block of output (32 bytes).
[[nodiscard]] Digest hkdf_sha256(ByteView input_key, ByteView salt, ByteView info);

}  // namespace cogos::crypto
