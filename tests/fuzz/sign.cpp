// Requests signed by the offline tool: what it signs the server reads back and finds valid.
#include "cogos/request_signature.hpp"
#include "crypto/ed25519.hpp"
#include "crypto/hash.hpp"
#include "fuzz.hpp"
#include "proof/request_signature.hpp"
#include "support/counting_random.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace cogos;
  using fuzz::expect;
  static test::CountingRandom random;
  static const auto key = crypto::Ed25519PrivateKey::generate(random);
  static const crypto::SecretText pem = key.reveal_pem();

  // METHOD, path, key id, nonce and the body, a line each.
  fuzz::Fields fields(fuzz::text(data, size));
  SignableRequest request;
  request.method = fields.next();
  request.path = fields.next();
  const std::string key_id(fields.next());
  request.nonce = fields.next();
  request.body = fields.rest();
  request.ts = 1763900000000 + static_cast<std::int64_t>(size);

  const auto header = sign_request(request, key_id, pem.reveal());
  if (!header) {
    expect(header.error().code() == ErrorCode::unreadable_input, "a refusal says what cannot be signed");
    return 0;
  }
  expect(header->starts_with(std::string(proof::kSignatureScheme) + " "), "the scheme is named");
  const auto read =
      proof::parse_request_signature(std::string_view(*header).substr(proof::kSignatureScheme.size() + 1));
  expect(read && read->key_id == key_id && read->ts == request.ts && read->nonce == request.nonce,
         "the server reads what the tool wrote");
  const std::string text = proof::signed_text(request.method, request.path, request.ts,
                                              crypto::sha256_hex(request.body), request.nonce);
  expect(key.public_key().verify(as_bytes(text), read->signature), "and finds it valid");
  return 0;
}
