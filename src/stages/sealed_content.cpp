#include "stages/sealed_content.hpp"

#include "base/encoding.hpp"
#include "base/object_writer.hpp"
#include "base/utf8.hpp"
#include "crypto/hash.hpp"
#include "keys/key_record.hpp"
#include "proof/wire.hpp"

namespace cogos::stages {
namespace {

constexpr std::string_view kRotation = "/v1/keys/rotate";

void add(base::ObjectWriter& writer, std::string_view name, const std::optional<std::string>& value) {
  if (value) writer.text(name, *value);
}

}  // namespace

std::string sealed_content(const http::Exchange& exchange) {
  const http::Request& request = exchange.request;
  const http::CallFacts& facts = exchange.facts;
  const bool full =
      exchange.principal->audit_content == keys::AuditContent::full && request.path() != kRotation;
  const bool is_text = base::is_utf8(request.body);
  const std::string req_hash = crypto::sha256_hex(proof::request_text(
      request.method, request.target, to_unix_ms(exchange.completed_at), exchange.request_sha256));

  std::string json;
  base::ObjectWriter content(json);
  add(content, "prompt_fingerprint", facts.prompt_fingerprint);
  content.text("req_hash", req_hash);
  if (full && is_text) content.text("request", request.body);
  if (full && !is_text) content.text("request_b64", base::to_base64(as_bytes(request.body)));
  content.text("request_id", exchange.id).text("resp_hash", exchange.response_sha256);
  if (full) content.text("response", exchange.response.body);
  add(content, "schema_name", facts.schema_name);
  add(content, "search_output_hash", facts.search_output_hash);
  add(content, "search_query", facts.search_query);
  content.close();
  return json;
}

}  // namespace cogos::stages
