// Bodies of chat requests with their JSON Schema, through the built-in engine: what is answered under a
// schema fits it, and every refusal is the client's.
#include "api/chat_request.hpp"
#include "engine/builtin_engine.hpp"
#include "engine/schema_validator.hpp"
#include "fuzz.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace cogos;
  using fuzz::expect;
  const auto body = base::parse_json(fuzz::text(data, size));
  if (!body || !body->is_object()) return 0;
  const auto request = api::read_chat_request(*body);
  if (!request) {
    expect(error_info(request.error().code()).http_status == 400, "a refusal is a 400, never a 500");
    return 0;
  }
  static_cast<void>(api::prompt_fingerprint(request->messages));
  if (!request->schema) return 0;
  const auto validator = engine::SchemaValidator::compile(*request->schema);
  if (!validator) {
    expect(error_info(validator.error().code()).http_status == 400, "a bad schema is a 400, never a 500");
    return 0;
  }
  const auto reply = engine::BuiltinEngine::answer(*request);
  if (!reply) {
    const int status = error_info(reply.error().code()).http_status;
    expect(status == 400 || status == 422, "the engine refuses as the client's fault, never as a 500");
    return 0;
  }
  const auto value = base::parse_json(reply->text);
  expect(value && validator->validate(*value), "what is answered under a schema fits it");
  return 0;
}
