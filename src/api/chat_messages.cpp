#include "api/chat_messages.hpp"

#include <algorithm>
#include <array>
#include <unordered_map>

#include "api/members.hpp"

namespace cogos::api {
namespace {

constexpr std::array<std::string_view, 5> kRoles{"system", "developer", "user", "assistant", "tool"};

Result<std::string> read_part(const Json& part, const std::string& place) {
  const Json* type = member(part, "type");
  for (const char* other : {"image_url", "input_image", "input_audio", "file", "refusal"}) {
    if (type && *type == other) {
      return invalid(place + " is of the type " + other + "; this server takes text parts alone", place);
    }
  }
  const Json* words = member(part, "text");
  if (!type || *type != "text" || !words || !words->is_string()) {
    return invalid(place + " must be a text part: {\"type\":\"text\",\"text\":…}", place);
  }
  return words->get<std::string>();
}

Result<std::string> read_content(const Json& message, const std::string& path) {
  const std::string place = path + ".content";
  const Json* content = member(message, "content");
  if (!content) return invalid(place + " is required", place);
  if (content->is_string()) return content->get<std::string>();
  if (!content->is_array()) return invalid(place + " must be a string or an array of text parts", place);
  std::string text;
  for (std::size_t i = 0; i < content->size(); ++i) {
    const auto words = read_part(content->at(i), element(place, i));
    if (!words) return words.error();
    text += *words;
  }
  return text;
}

/// A name for one call, whoever made it up: clients bring back what other servers gave them, too.
Result<std::string> read_call_id(const Json& object, const char* name, const std::string& path) {
  const std::string place = path + "." + name;
  const Json* id = member(object, name);
  if (!id || !id->is_string() || id->get_ref<const std::string&>().empty() ||
      id->get_ref<const std::string&>().size() > engine::kMaxCallId) {
    return invalid(place + " must be a string of 1 to " + std::to_string(engine::kMaxCallId) + " bytes",
                   place);
  }
  return id->get<std::string>();
}

Result<engine::ToolCall> read_call(const Json& call, const std::string& path) {
  if (!call.is_object()) return invalid(path + " must be an object", path);
  const Json* type = member(call, "type");
  if (type && *type != "function") return invalid(path + ".type must be function", path + ".type");
  auto id = read_call_id(call, "id", path);
  if (!id) return id.error();
  const std::string place = path + ".function";
  const Json* function = member(call, "function");
  if (!function || !function->is_object()) return invalid(place + " must be an object", place);
  const Json* name = member(*function, "name");
  if (!name || !name->is_string() || !engine::is_tool_name(name->get_ref<const std::string&>())) {
    return invalid(place + ".name must be 1 to 64 letters, digits, _ or -", place + ".name");
  }
  const Json* arguments = member(*function, "arguments");
  if (!arguments || !arguments->is_string()) {
    return invalid(place + ".arguments must be a string", place + ".arguments");
  }
  return engine::ToolCall{std::move(*id), name->get<std::string>(), arguments->get<std::string>()};
}

Result<std::vector<engine::ToolCall>> read_calls(const Json& message, const std::string& path) {
  std::vector<engine::ToolCall> calls;
  const Json* list = member(message, "tool_calls");
  if (!list) return calls;
  const std::string place = path + ".tool_calls";
  if (!list->is_array() || list->size() > engine::kMaxToolCalls) {
    return invalid(place + " must be an array of at most " + std::to_string(engine::kMaxToolCalls) + " calls",
                   place);
  }
  calls.reserve(list->size());
  for (std::size_t i = 0; i < list->size(); ++i) {
    auto call = read_call(list->at(i), element(place, i));
    if (!call) return call.error();
    calls.push_back(std::move(*call));
  }
  return calls;
}

/// The function of each call so far, by the call's id: the last one's where ids come again. A map, since a
/// body may hold many thousand calls and as many answers to them.
using Calls = std::unordered_map<std::string, std::string>;

Result<engine::Message> read_message(const Json& message, const std::string& path, Calls& calls_before) {
  if (!message.is_object()) return invalid(path + " must be an object", path);
  engine::Message read;
  const Json* role = member(message, "role");
  if (!role || !role->is_string() ||
      std::find(kRoles.begin(), kRoles.end(), role->get_ref<const std::string&>()) == kRoles.end()) {
    return invalid(path + ".role must be one of system, developer, user, assistant, tool", path + ".role");
  }
  read.role = role->get<std::string>();
  if (read.role == "assistant") {
    auto calls = read_calls(message, path);
    if (!calls) return calls.error();
    read.tool_calls = std::move(*calls);
    for (const engine::ToolCall& call : read.tool_calls) calls_before.insert_or_assign(call.id, call.name);
  }
  if (read.role == "tool") {
    auto id = read_call_id(message, "tool_call_id", path);
    if (!id) return id.error();
    const auto function = calls_before.find(*id);
    if (function == calls_before.end()) {
      return invalid(path + ".tool_call_id must be the id of a call in an assistant's message before it",
                     path + ".tool_call_id");
    }
    read.tool_name = function->second;
    read.tool_call_id = std::move(*id);
  }
  if (read.tool_calls.empty() || member(message, "content")) {
    auto content = read_content(message, path);
    if (!content) return content.error();
    read.content = std::move(*content);
  }
  return read;
}

}  // namespace

Result<std::vector<engine::Message>> read_messages(const Json& body) {
  const Json* list = member(body, "messages");
  if (!list || !list->is_array() || list->empty()) return invalid("`messages` array required", "messages");
  std::vector<engine::Message> messages;
  messages.reserve(list->size());
  Calls calls;
  for (std::size_t i = 0; i < list->size(); ++i) {
    auto message = read_message(list->at(i), element("messages", i), calls);
    if (!message) return message.error();
    messages.push_back(std::move(*message));
  }
  return messages;
}

}  // namespace cogos::api
