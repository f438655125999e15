#include "api/chat_request.hpp"

#include <cmath>

#include "api/chat_messages.hpp"
#include "api/chat_tools.hpp"
#include "api/members.hpp"
#include "base/encoding.hpp"
#include "crypto/hash.hpp"

namespace cogos::api {
namespace {

constexpr std::size_t kMaxStops = 4;

Result<std::optional<double>> read_number(const Json& body, const char* name, double low, double high) {
  const Json* value = member(body, name);
  if (!value) return std::optional<double>();
  const double number = value->is_number() ? value->get<double>() : std::nan("");
  if (!(number >= low && number <= high)) {
    return invalid(std::string(name) + " must be a number from " + std::to_string(static_cast<int>(low)) +
                       " to " + std::to_string(static_cast<int>(high)),
                   name);
  }
  return std::optional(number);
}

Result<std::optional<std::int64_t>> read_integer(const Json& body, const char* name, std::int64_t low,
                                                 std::int64_t high) {
  const Json* value = member(body, name);
  if (!value) return std::optional<std::int64_t>();
  const bool fits =
      value->is_number_integer() &&
      (!value->is_number_unsigned() || value->get<std::uint64_t>() <= static_cast<std::uint64_t>(high));
  const std::int64_t number = fits ? value->get<std::int64_t>() : low - 1;
  if (number < low || number > high) {
    return invalid(std::string(name) + " must be a whole number from " + std::to_string(low) + " to " +
                       std::to_string(high),
                   name);
  }
  return std::optional(number);
}

Result<std::vector<std::string>> read_stop(const Json& body) {
  std::vector<std::string> stops;
  const Json* value = member(body, "stop");
  if (!value) return stops;
  const Error wrong = invalid("stop must be a string or an array of 1 to 4 strings", "stop");
  if (value->is_string()) {
    stops.push_back(value->get<std::string>());
    return stops;
  }
  if (!value->is_array() || value->size() > kMaxStops) return wrong;
  for (const Json& stop : *value) {
    if (!stop.is_string()) return wrong;
    stops.push_back(stop.get<std::string>());
  }
  return stops;
}

Result<void> read_json_schema(const Json& format, engine::InferenceRequest& request) {
  const std::string path = "response_format.json_schema";
  const Json* wrapper = member(format, "json_schema");
  if (!wrapper || !wrapper->is_object()) return invalid(path + " must be an object", path);
  const Json* schema = member(*wrapper, "schema");
  if (!schema || !(schema->is_object() || schema->is_boolean())) {
    return invalid(path + ".schema must be a JSON Schema", path + ".schema");
  }
  const Json* name = member(*wrapper, "name");
  if (name && !(name->is_string() && engine::is_tool_name(name->get_ref<const std::string&>()))) {
    return invalid(path + ".name must be 1 to 64 letters, digits, _ or -", path + ".name");
  }
  // Whatever it says, the answer is held to the schema.
  if (const auto strict = read_flag(*wrapper, "strict", path + ".strict"); !strict) return strict.error();
  request.schema = *schema;
  if (name) request.schema_name = name->get<std::string>();
  return {};
}

Result<void> read_response_format(const Json& body, engine::InferenceRequest& request) {
  const Json* format = member(body, "response_format");
  if (!format) return {};
  const Json* type = format->is_object() ? member(*format, "type") : nullptr;
  if (type && *type == "text") return {};
  if (type && *type == "json_schema") return read_json_schema(*format, request);
  if (type && *type == "json_object") {
    request.schema = Json{{"type", "object"}};
    return {};
  }
  return invalid("response_format.type must be text, json_object or json_schema", "response_format");
}

/// What this server does not do is refused in words rather than ignored.
Result<void> refuse_unsupported(const Json& body) {
  if (const Json* n = member(body, "n"); n && *n != 1) return invalid("n must be 1", "n");
  const Json* functions = member(body, "functions");
  if (functions && !(functions->is_array() && functions->empty())) {
    return invalid("functions are not supported; offer them as tools", "functions");
  }
  if (const Json* user = member(body, "user"); user && !user->is_string()) {
    return invalid("user must be a string", "user");
  }
  return {};
}

Result<void> read_sampling(const Json& body, engine::InferenceRequest& request) {
  constexpr std::int64_t kMaxTokens = 1'000'000;
  constexpr std::int64_t kMaxSeed = (std::int64_t{1} << 53) - 1;
  const auto temperature = read_number(body, "temperature", 0, 2);
  if (!temperature) return temperature.error();
  const auto top_p = read_number(body, "top_p", 0, 1);
  if (!top_p) return top_p.error();
  const auto seed = read_integer(body, "seed", -kMaxSeed, kMaxSeed);
  if (!seed) return seed.error();
  const auto newer = read_integer(body, "max_completion_tokens", 1, kMaxTokens);
  if (!newer) return newer.error();
  const auto older = read_integer(body, "max_tokens", 1, kMaxTokens);
  if (!older) return older.error();
  auto stop = read_stop(body);
  if (!stop) return stop.error();
  request.temperature = *temperature;
  request.top_p = *top_p;
  request.seed = *seed;
  if (const auto limit = *newer ? *newer : *older) request.max_tokens = static_cast<std::uint32_t>(*limit);
  request.stop = std::move(*stop);
  return {};
}

}  // namespace

Result<engine::InferenceRequest> read_chat_request(const Json& body) {
  engine::InferenceRequest request;
  if (const Json* model = member(body, "model")) {
    if (!model->is_string()) return invalid("model must be a string", "model");
    request.model = model->get<std::string>();
  }
  if (const auto supported = refuse_unsupported(body); !supported) return supported.error();
  auto messages = read_messages(body);
  if (!messages) return messages.error();
  request.messages = std::move(*messages);
  if (const auto read = read_tools(body, request); !read) return read.error();
  if (const auto read = read_sampling(body, request); !read) return read.error();
  if (const auto read = read_response_format(body, request); !read) return read.error();
  return request;
}

Result<std::optional<StreamOptions>> read_stream_options(const Json& body) {
  const auto stream = read_flag(body, "stream", "stream");
  if (!stream) return stream.error();
  const Json* options = member(body, "stream_options");
  if (options && !options->is_object()) return invalid("stream_options must be an object", "stream_options");
  if (options && !*stream) return invalid("stream_options goes with `stream: true` only", "stream_options");
  StreamOptions wanted;
  for (const auto& [name, flag] : {std::pair{"include_usage", &wanted.include_usage},
                                   std::pair{"include_receipt", &wanted.include_receipt}}) {
    if (!options) break;
    const auto value = read_flag(*options, name, std::string("stream_options.") + name);
    if (!value) return value.error();
    *flag = *value;
  }
  return *stream ? std::optional(wanted) : std::nullopt;
}

std::string prompt_fingerprint(const std::vector<engine::Message>& messages) {
  crypto::Sha256 hash;
  std::string_view separator;
  for (const engine::Message& message : messages) {
    for (const std::string_view piece : {separator, std::string_view(message.role), std::string_view("|"),
                                         std::string_view(message.content)}) {
      hash.update(as_bytes(piece));
    }
    separator = "\n";
  }
  return "sha256:" + base::to_hex(hash.finish());
}

}  // namespace cogos::api
