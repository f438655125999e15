#include "api/chat_request.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "base/encoding.hpp"
#include "crypto/hash.hpp"

namespace cogos::api {
namespace {

constexpr std::size_t kMaxStops = 4;
constexpr std::array<std::string_view, 4> kRoles{"system", "developer", "user", "assistant"};

Error invalid(std::string message, std::string param) {
  return Error(ErrorCode::invalid_request, std::move(message)).with_param(std::move(param));
}

/// The member, or null where it is absent or null, which clients use alike.
const Json* member(const Json& object, const char* name) {
  const auto found = object.find(name);
  return found == object.end() || found->is_null() ? nullptr : &*found;
}

/// `content`: a string, or an array of text parts, which are joined.
Result<std::string> read_content(const Json& message, const std::string& path) {
  const Json* content = member(message, "content");
  if (!content) return invalid(path + ".content is required", path + ".content");
  if (content->is_string()) return content->get<std::string>();
  if (!content->is_array()) {
    return invalid(path + ".content must be a string or an array of text parts", path + ".content");
  }
  std::string text;
  for (std::size_t i = 0; i < content->size(); ++i) {
    const Json& part = content->at(i);
    const std::string place = path + ".content[" + std::to_string(i) + "]";
    const Json* type = part.is_object() ? member(part, "type") : nullptr;
    const Json* words = part.is_object() ? member(part, "text") : nullptr;
    if (!type || *type != "text" || !words || !words->is_string()) {
      return invalid(place + " must be a text part: {\"type\":\"text\",\"text\":…}", place);
    }
    text += words->get_ref<const std::string&>();
  }
  return text;
}

Result<std::vector<engine::Message>> read_messages(const Json& body) {
  const Json* list = member(body, "messages");
  if (!list || !list->is_array() || list->empty()) return invalid("`messages` array required", "messages");
  std::vector<engine::Message> messages;
  messages.reserve(list->size());
  for (std::size_t i = 0; i < list->size(); ++i) {
    const Json& message = list->at(i);
    const std::string path = "messages[" + std::to_string(i) + "]";
    if (!message.is_object()) return invalid(path + " must be an object", path);
    const Json* role = member(message, "role");
    if (!role || !role->is_string() ||
        std::find(kRoles.begin(), kRoles.end(), role->get_ref<const std::string&>()) == kRoles.end()) {
      return invalid(path + ".role must be one of system, developer, user, assistant", path + ".role");
    }
    auto content = read_content(message, path);
    if (!content) return content.error();
    messages.push_back({role->get<std::string>(), std::move(*content)});
  }
  return messages;
}

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

/// As OpenAI documents it. Engines take the name into prompts and grammars, so nothing else passes.
bool is_schema_name(std::string_view name) {
  constexpr std::size_t kMaxName = 64;
  return !name.empty() && name.size() <= kMaxName && std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
  });
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
  if (name && !(name->is_string() && is_schema_name(name->get_ref<const std::string&>()))) {
    return invalid(path + ".name must be 1 to 64 letters, digits, _ or -", path + ".name");
  }
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

Result<bool> read_flag(const Json& object, const char* name, std::string path) {
  const Json* value = member(object, name);
  if (!value) return false;
  if (!value->is_boolean()) return invalid(path + " must be true or false", path);
  return value->get<bool>();
}

/// What this release does not do is refused in words rather than ignored.
Result<void> refuse_unsupported(const Json& body) {
  if (const Json* n = member(body, "n"); n && *n != 1) return invalid("n must be 1", "n");
  for (const char* name : {"tools", "functions"}) {
    const Json* tools = member(body, name);
    if (tools && !(tools->is_array() && tools->empty())) {
      return invalid(std::string(name) + " are not supported yet; leave them out", name);
    }
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
