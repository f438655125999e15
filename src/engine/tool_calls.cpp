#include "engine/tool_calls.hpp"

#include <algorithm>

#include "engine/inference_engine.hpp"
#include "engine/upstream.hpp"

namespace cogos::engine {
namespace {

bool is_offered(const InferenceRequest& request, const std::string& name) {
  return request.tool_choice.mode != ToolChoice::Mode::none &&
         std::any_of(request.tools.begin(), request.tools.end(),
                     [&name](const Tool& tool) { return tool.name == name; });
}

/// It comes back to us in a later conversation, and passes through headers and logs of who knows what.
bool is_call_id(std::string_view id) {
  return id.size() <= kMaxCallId &&
         std::all_of(id.begin(), id.end(), [](char c) { return c > ' ' && c < 0x7f; });
}

}  // namespace

bool is_tool_name(std::string_view name) noexcept {
  constexpr std::size_t kMaxName = 64;
  return !name.empty() && name.size() <= kMaxName && std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
  });
}

Result<ToolCall> read_tool_call(const Json& call, bool arguments_are_text, const InferenceRequest& request) {
  if (!call.is_object()) return misshapen("holds a tool call that is no object");
  ToolCall read;
  if (const auto id = call.find("id"); id != call.end() && !id->is_null()) {
    if (!id->is_string() || !is_call_id(id->get_ref<const std::string&>())) {
      return misshapen("holds a tool call whose id is none");
    }
    read.id = id->get<std::string>();
  }
  const auto function = call.find("function");
  if (function == call.end() || !function->is_object()) return misshapen("holds a tool call of no function");
  const auto name = function->find("name");
  if (name == function->end() || !name->is_string()) return misshapen("holds a tool call without a name");
  read.name = name->get<std::string>();
  if (!is_offered(request, read.name)) return misshapen("calls a tool that it was not offered");
  const auto arguments = function->find("arguments");
  const bool given = arguments != function->end() && !arguments->is_null();
  if (given && !(arguments_are_text ? arguments->is_string() : arguments->is_object())) {
    return misshapen("holds a tool call whose arguments are none");
  }
  if (given)
    read.arguments = arguments_are_text ? arguments->get<std::string>() : base::canonical(*arguments);
  if (!given && !arguments_are_text) read.arguments = "{}";
  if (read.arguments.size() > kMaxArguments) return misshapen("holds a tool call that is too long");
  return read;
}

Result<std::vector<ToolCall>> read_tool_calls(const Json* calls, bool arguments_are_text,
                                              const InferenceRequest& request) {
  std::vector<ToolCall> read;
  if (calls == nullptr) return read;
  if (!calls->is_array()) return misshapen("holds tool calls that are no array");
  if (calls->size() > kMaxToolCalls) return misshapen("holds too many tool calls");
  read.reserve(calls->size());
  for (const Json& call : *calls) {
    auto one = read_tool_call(call, arguments_are_text, request);
    if (!one) return one.error();
    read.push_back(std::move(*one));
  }
  return read;
}

Json upstream_tools(const InferenceRequest& request) {
  if (request.tools.empty() || request.tool_choice.mode == ToolChoice::Mode::none) return nullptr;
  Json tools = Json::array();
  for (const Tool& tool : request.tools) {
    Json function = Json::object();
    function["name"] = tool.name;
    if (!tool.description.empty()) function["description"] = tool.description;
    if (tool.parameters) function["parameters"] = *tool.parameters;
    if (tool.strict) function["strict"] = *tool.strict;
    Json entry = Json::object();
    entry["type"] = "function";
    entry["function"] = std::move(function);
    tools.push_back(std::move(entry));
  }
  return tools;
}

}  // namespace cogos::engine
