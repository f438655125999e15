#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.hpp"
#include "base/random.hpp"
#include "base/time.hpp"
#include "cogos/result.hpp"
#include "crypto/secret.hpp"
#include "crypto/x25519.hpp"

namespace cogos::proof {

/// A file of any length, sealed to an X25519 key: a line of canonical JSON
/// `{"alg":"x25519-hkdf-aes-256-gcm-stream","created_at":…,"ephemeral_pub_b64":…,"kid":…,"v":1}`, then chunks
/// of 64 KiB, each encrypted by AES-256-GCM and followed by its tag (STREAM: Hoang, Reyhanitabar, Rogaway,
/// Vizár, 2015). The key is HKDF-SHA-256 of the agreed secret with the first line's SHA-256 as salt and the
/// info `cogos/backup/v1`; a chunk's nonce is its number in 11 bytes, most significant first, and 1 for the
/// last chunk, 0 for any other. So what was cut off, exchanged or moved does not open.
inline constexpr std::size_t kSealedChunk = 64 * 1024;

/// Writes such a file. Memory: one chunk. Not thread-safe.
class FileSealer {
 public:
  /// Takes the next bytes of the file. Its failures come back from the sealer.
  using Sink = std::function<Result<void>(std::string_view)>;

  /// Writes the first line. Fails as the sink does.
  [[nodiscard]] static Result<FileSealer> begin(const crypto::X25519PublicKey& recipient,
                                                TimePoint created_at, Random& random, Sink sink);
  [[nodiscard]] Result<void> write(ByteView bytes);
  /// The last chunk; call once. A file without it does not open.
  [[nodiscard]] Result<void> finish();

 private:
  FileSealer(crypto::Secret<32> key, Sink sink) : key_(std::move(key)), sink_(std::move(sink)) {}
  Result<void> put(bool last);

  crypto::Secret<32> key_;
  Sink sink_;
  std::uint64_t number_ = 0;
  std::vector<std::uint8_t> chunk_;
};

/// Reads such a file. Memory: two chunks. Not thread-safe.
class FileOpener {
 public:
  /// Fills as much as there still is, and gives how much that was: less than asked for at the end alone.
  using Source = std::function<Result<std::size_t>(std::span<char>)>;

  /// Reads the first line. Fails with verification_failed where this is no such file, or sealed to another
  /// key.
  [[nodiscard]] static Result<FileOpener> begin(const crypto::X25519PrivateKey& key, Source source);
  [[nodiscard]] TimePoint created_at() const noexcept { return created_at_; }
  /// The next piece, or false once all of it was given. Fails with verification_failed where a chunk was
  /// altered or the file does not end where it should; nothing of what came before may be used then.
  [[nodiscard]] Result<bool> next(std::vector<std::uint8_t>& piece);

 private:
  FileOpener(crypto::Secret<32> key, TimePoint created_at, Source source, std::string rest)
      : key_(std::move(key)), created_at_(created_at), source_(std::move(source)), ahead_(std::move(rest)) {}

  crypto::Secret<32> key_;
  TimePoint created_at_;
  Source source_;
  std::uint64_t number_ = 0;
  std::string ahead_;  // read, and not opened yet
  bool ended_ = false;
};

}  // namespace cogos::proof
