#include "api/chat_tools.hpp"

#include <algorithm>

#include "api/members.hpp"

namespace cogos::api {
namespace {

using Mode = engine::ToolChoice::Mode;

bool has_tool(const engine::InferenceRequest& request, const std::string& name) {
  return std::any_of(request.tools.begin(), request.tools.end(),
                     [&name](const engine::Tool& tool) { return tool.name == name; });
}

Result<engine::Tool> read_function(const Json& function, const std::string& path) {
  engine::Tool tool;
  const Json* name = member(function, "name");
  if (!name || !name->is_string() || !engine::is_tool_name(name->get_ref<const std::string&>())) {
    return invalid(path + ".name must be 1 to 64 letters, digits, _ or -", path + ".name");
  }
  tool.name = name->get<std::string>();
  if (const Json* description = member(function, "description")) {
    if (!description->is_string())
      return invalid(path + ".description must be a string", path + ".description");
    tool.description = description->get<std::string>();
  }
  if (const Json* parameters = member(function, "parameters")) {
    if (!parameters->is_object())
      return invalid(path + ".parameters must be a JSON Schema", path + ".parameters");
    tool.parameters = *parameters;
  }
  if (const Json* strict = member(function, "strict")) {
    if (!strict->is_boolean()) return invalid(path + ".strict must be true or false", path + ".strict");
    tool.strict = strict->get<bool>();
  }
  return tool;
}

Result<engine::Tool> read_tool(const Json& tool, const std::string& path) {
  if (!tool.is_object()) return invalid(path + " must be an object", path);
  const Json* type = member(tool, "type");
  if (!type || *type != "function") return invalid(path + ".type must be function", path + ".type");
  const Json* function = member(tool, "function");
  if (!function || !function->is_object()) {
    return invalid(path + ".function must be an object", path + ".function");
  }
  return read_function(*function, path + ".function");
}

Result<engine::ToolChoice> read_choice(const Json& choice, const engine::InferenceRequest& request) {
  if (choice == "none") return engine::ToolChoice{Mode::none, {}};
  if (choice == "auto") return engine::ToolChoice{Mode::automatic, {}};
  if (choice == "required") return engine::ToolChoice{Mode::required, {}};
  const Json* type = member(choice, "type");
  if (!type || *type != "function") {
    return invalid("tool_choice must be none, auto, required or a function", "tool_choice");
  }
  const Json* function = member(choice, "function");
  const Json* name = function ? member(*function, "name") : nullptr;
  if (!name || !name->is_string() || !has_tool(request, name->get_ref<const std::string&>())) {
    return invalid("tool_choice.function.name must be the name of one of the tools",
                   "tool_choice.function.name");
  }
  return engine::ToolChoice{Mode::function, name->get<std::string>()};
}

}  // namespace

Result<void> read_tools(const Json& body, engine::InferenceRequest& request) {
  const Json* tools = member(body, "tools");
  if (tools && (!tools->is_array() || tools->size() > engine::kMaxTools)) {
    return invalid("tools must be an array of at most " + std::to_string(engine::kMaxTools), "tools");
  }
  for (std::size_t i = 0; tools && i < tools->size(); ++i) {
    const std::string path = element("tools", i);
    auto tool = read_tool(tools->at(i), path);
    if (!tool) return tool.error();
    if (has_tool(request, tool->name)) {
      return invalid(path + ".function.name is that of another tool", path + ".function.name");
    }
    request.tools.push_back(std::move(*tool));
  }
  if (const Json* choice = member(body, "tool_choice")) {
    auto read = read_choice(*choice, request);
    if (!read) return read.error();
    if (request.tools.empty() && read->mode == Mode::required) {
      return invalid("tool_choice cannot be required without tools", "tool_choice");
    }
    if (!request.tools.empty()) request.tool_choice = std::move(*read);
  }
  if (const Json* parallel = member(body, "parallel_tool_calls")) {
    if (!parallel->is_boolean()) {
      return invalid("parallel_tool_calls must be true or false", "parallel_tool_calls");
    }
    request.parallel_tool_calls = parallel->get<bool>();
  }
  return {};
}

}  // namespace cogos::api
