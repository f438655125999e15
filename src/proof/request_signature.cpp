#include "proof/request_signature.hpp"

#include <algorithm>
#include <charconv>

#include "base/encoding.hpp"
#include "cogos/request_signature.hpp"
#include "crypto/ed25519.hpp"
#include "crypto/hash.hpp"
#include "proof/wire.hpp"

namespace cogos {
namespace proof {
namespace {

constexpr std::size_t kMaxNonce = 64;
constexpr std::size_t kMaxKeyId = 64;

bool is_token(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
  });
}

bool is_nonce(std::string_view text) {
  return !text.empty() && text.size() <= kMaxNonce && is_token(text);
}

bool is_key_id(std::string_view text) {
  return !text.empty() && text.size() <= kMaxKeyId && is_token(text);
}

/// Takes one parameter; false where it is unknown, repeated or not of its form.
class Reader {
 public:
  bool take(std::string_view name, std::string_view value) {
    if (name == "keyId") return once(has_key_) && is_key_id(value) && (result.key_id = value, true);
    if (name == "nonce") return once(has_nonce_) && is_nonce(value) && (result.nonce = value, true);
    if (name == "sig") return once(has_signature_) && take_signature(value);
    if (name == "ts") return once(has_ts_) && take_ts(value);
    return false;
  }
  [[nodiscard]] bool complete() const { return has_key_ && has_signature_ && has_ts_; }

  RequestSignature result;

 private:
  static bool once(bool& seen) { return !std::exchange(seen, true); }

  bool take_signature(std::string_view value) {
    const auto bytes = base::fixed<64>(base::from_base64(value));
    if (bytes) result.signature = *bytes;
    return bytes.has_value();
  }

  bool take_ts(std::string_view value) {
    // Digits only: from_chars would take a sign, and the text is signed as it is printed again.
    if (value.empty() || value.size() > 15 || value[0] < '0' || value[0] > '9') return false;
    const auto [end, problem] = std::from_chars(value.data(), value.data() + value.size(), result.ts);
    return problem == std::errc{} && end == value.data() + value.size() && std::to_string(result.ts) == value;
  }

  bool has_key_ = false;
  bool has_signature_ = false;
  bool has_ts_ = false;
  bool has_nonce_ = false;
};

}  // namespace

Result<RequestSignature> parse_request_signature(std::string_view parameters) {
  const Error malformed(ErrorCode::missing_credentials,
                        "the Authorization header is malformed; send `CogOS-Ed25519 keyId=…,sig=…,ts=…`");
  Reader reader;
  while (true) {
    const auto comma = parameters.find(',');
    const auto parameter = parameters.substr(0, comma);
    const auto equals = parameter.find('=');
    if (equals == std::string_view::npos) return malformed;
    if (!reader.take(parameter.substr(0, equals), parameter.substr(equals + 1))) return malformed;
    if (comma == std::string_view::npos) break;
    parameters.remove_prefix(comma + 1);
    parameters.remove_prefix(std::min(parameters.find_first_not_of(' '), parameters.size()));
  }
  if (!reader.complete()) return malformed;
  return std::move(reader.result);
}

SpentSignature spend(const RequestSignature& signature) noexcept {
  SpentSignature spent;
  const crypto::Digest sha256 = crypto::sha256(signature.signature);
  std::copy_n(sha256.begin(), spent.mark.size(), spent.mark.begin());
  spent.until = from_unix_ms(signature.ts + kSignatureWindowMs);
  return spent;
}

std::string signed_text(std::string_view method, std::string_view path, std::int64_t ts,
                        std::string_view body_sha256_hex, std::string_view nonce) {
  std::string text = request_text(method, path, ts, body_sha256_hex);
  if (!nonce.empty()) text.append(1, '\n').append(nonce);
  return text;
}

}  // namespace proof

Result<std::string> sign_request(const SignableRequest& request, std::string_view key_id,
                                 std::string_view private_pem) {
  if (!proof::is_key_id(key_id)) {
    return Error(ErrorCode::unreadable_input, "the key id may hold only A-Za-z0-9_- and at most 64 of them");
  }
  if (!request.nonce.empty() && !proof::is_nonce(request.nonce)) {
    return Error(ErrorCode::unreadable_input, "the nonce may hold only A-Za-z0-9_- and at most 64 of them");
  }
  const auto key = crypto::Ed25519PrivateKey::from_pem(private_pem);
  if (!key) return Error(ErrorCode::unreadable_input, key.error().message());
  const std::string text = proof::signed_text(request.method, request.path, request.ts,
                                              crypto::sha256_hex(request.body), request.nonce);
  std::string header(proof::kSignatureScheme);
  header.append(" keyId=").append(key_id);
  header.append(",sig=").append(base::to_base64(key->sign(as_bytes(text))));
  header.append(",ts=").append(std::to_string(request.ts));
  if (!request.nonce.empty()) header.append(",nonce=").append(request.nonce);
  return header;
}

}  // namespace cogos
