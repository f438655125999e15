#pragma once

#include <string>
#include <utility>

#include "proof/audit_row.hpp"

namespace cogos::test {

/// A row as a chat call with a schema leaves it, its texts as long as real ones; not sealed yet.
inline proof::RowDraft call_row(proof::ChainId chain) {
  proof::RowDraft row;
  row.chain = std::move(chain);
  row.key_id = "key_0123456789abcdef0123456789abcdef";
  row.method = "POST";
  row.route = "/v1/chat/completions";
  row.http_status = 200;
  row.status = "success";
  row.model = "builtin-extractive";
  row.prompt_tokens = 211;
  row.completion_tokens = 47;
  row.latency_ms = 12;
  row.schema_enforced = true;
  row.package_id = "team";
  row.rev = "1.0.0+0123456789ab";
  row.signer_kid = "0011223344556677";
  return row;
}

/// What the server seals in such a row where `audit_content` is `digest`; `digit` fills the hashes.
inline std::string call_content(char digit = 'a') {
  const std::string hash(64, digit);
  return R"({"prompt_fingerprint":"sha256:)" + hash + R"(","req_hash":")" + hash +
         R"(","request_id":"req-0123456789abcdef01234567","resp_hash":")" + hash +
         R"(","schema_name":"extraction"})";
}

}  // namespace cogos::test
