#include "proof/sealed_file.hpp"

#include <algorithm>

#include "base/encoding.hpp"
#include "base/json.hpp"
#include "crypto/aead.hpp"
#include "crypto/derived_key.hpp"
#include "crypto/hash.hpp"
#include "proof/fails.hpp"
#include "proof/wire.hpp"

namespace cogos::proof {
namespace {

constexpr std::string_view kAlgorithm = "x25519-hkdf-aes-256-gcm-stream";
constexpr std::string_view kInfo = "cogos/backup/v1";
constexpr std::size_t kMaxFirstLine = 512;
constexpr std::size_t kSealedSize = kSealedChunk + crypto::kAeadTagBytes;

crypto::Secret<32> key_of(const crypto::Secret<32>& shared, std::string_view first_line) {
  const crypto::Digest salt = crypto::sha256(as_bytes(first_line));
  return crypto::derive_key(shared.reveal(), salt, as_bytes(kInfo));
}

ByteArray<crypto::kAeadNonceBytes> nonce_of(std::uint64_t number, bool last) {
  ByteArray<crypto::kAeadNonceBytes> nonce{};
  for (std::size_t i = 0; i < sizeof number; ++i) {
    nonce[nonce.size() - 2 - i] = static_cast<std::uint8_t>(number >> (8 * i));
  }
  nonce.back() = last ? 1 : 0;
  return nonce;
}

struct FirstLine {
  crypto::X25519PublicKey ephemeral;
  std::string kid;
  TimePoint created_at;
};

Result<FirstLine> read_first_line(std::string_view line) {
  const auto json = base::parse_json(line);
  constexpr std::size_t kMembers = 5;
  try {
    if (!json || !json->is_object() || json->size() != kMembers || json->at("alg") != kAlgorithm ||
        json->at("v") != 1) {
      return fails("this is not a sealed backup that this version can open");
    }
    const auto raw = base::fixed<crypto::X25519PublicKey::kBytes>(
        base::from_base64(json->at("ephemeral_pub_b64").get<std::string>()));
    const auto created_at = from_rfc3339(json->at("created_at").get<std::string>());
    if (!raw || !created_at) return fails("the first line of the backup is malformed");
    auto ephemeral = crypto::X25519PublicKey::from_raw(*raw);
    if (!ephemeral) return fails("the backup's ephemeral key is not acceptable");
    return FirstLine{*ephemeral, json->at("kid").get<std::string>(), *created_at};
  } catch (const Json::exception&) {
    return fails("the first line of the backup is malformed");
  }
}

}  // namespace

Result<FileSealer> FileSealer::begin(const crypto::X25519PublicKey& recipient, TimePoint created_at,
                                     Random& random, Sink sink) {
  const auto ephemeral = crypto::X25519PrivateKey::generate(random);
  const auto shared = ephemeral.agree(recipient);
  if (!shared) return shared.error();
  const Json header{{"alg", kAlgorithm},
                    {"created_at", to_rfc3339(created_at)},
                    {"ephemeral_pub_b64", base::to_base64(ephemeral.public_key().raw())},
                    {"kid", short_kid(as_text(recipient.raw()))},
                    {"v", 1}};
  const std::string line = base::canonical(header);
  FileSealer sealer(key_of(*shared, line), std::move(sink));
  if (const auto written = sealer.sink_(line + "\n"); !written) return written.error();
  return sealer;
}

Result<void> FileSealer::write(ByteView bytes) {
  while (!bytes.empty()) {
    // A full chunk waits for more: only then it is known not to be the last.
    if (chunk_.size() == kSealedChunk) {
      if (auto written = put(false); !written) return written;
    }
    const std::size_t some = std::min(bytes.size(), kSealedChunk - chunk_.size());
    chunk_.insert(chunk_.end(), bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(some));
    bytes = bytes.subspan(some);
  }
  return {};
}

Result<void> FileSealer::finish() {
  return put(true);
}

Result<void> FileSealer::put(bool last) {
  const auto box = crypto::aead_seal(key_.reveal(), nonce_of(number_++, last), {}, chunk_);
  chunk_.clear();
  std::string sealed(as_text(box.ciphertext));
  sealed += as_text(box.tag);
  return sink_(sealed);
}

Result<FileOpener> FileOpener::begin(const crypto::X25519PrivateKey& key, Source source) {
  std::string start(kMaxFirstLine, '\0');
  const auto read = source(start);
  if (!read) return read.error();
  start.resize(*read);
  const auto end = start.find('\n');
  if (end == std::string::npos) return fails("this is not a sealed backup: it has no first line");
  const std::string line = start.substr(0, end);
  const auto first = read_first_line(line);
  if (!first) return first.error();
  if (first->kid != short_kid(as_text(key.public_key().raw()))) {
    return fails("the backup is sealed to another key than this one");
  }
  const auto shared = key.agree(first->ephemeral);
  if (!shared) return shared.error();
  return FileOpener(key_of(*shared, line), first->created_at, std::move(source), start.substr(end + 1));
}

Result<bool> FileOpener::next(std::vector<std::uint8_t>& piece) {
  if (ended_) return false;
  // One byte more than a chunk: whether anything follows tells whether it is the last.
  std::string sealed = std::move(ahead_);
  const std::size_t had = sealed.size();
  sealed.resize(kSealedSize + 1);
  const auto read = source_(std::span(sealed).subspan(had));
  if (!read) return read.error();
  sealed.resize(had + *read);
  ended_ = sealed.size() <= kSealedSize;
  if (!ended_) {
    ahead_ = sealed.substr(kSealedSize);
    sealed.resize(kSealedSize);
  }
  if (sealed.size() < crypto::kAeadTagBytes) return fails("the backup is cut short");
  const std::size_t size = sealed.size() - crypto::kAeadTagBytes;
  piece.resize(size);
  const auto opened =
      crypto::aead_open(key_.reveal(), nonce_of(number_++, ended_), {}, as_bytes(sealed).first(size),
                        as_bytes(sealed).subspan(size).first<crypto::kAeadTagBytes>(), piece);
  if (!opened) return fails("the backup was altered or cut short after it was made");
  return true;
}

}  // namespace cogos::proof
