#include "api/members.hpp"

#include <utility>

namespace cogos::api {

Error invalid(std::string message, std::string param) {
  return Error(ErrorCode::invalid_request, std::move(message)).with_param(std::move(param));
}

const Json* member(const Json& object, const char* name) {
  if (!object.is_object()) return nullptr;
  const auto found = object.find(name);
  return found == object.end() || found->is_null() ? nullptr : &*found;
}

std::string element(const std::string& path, std::size_t i) {
  return path + "[" + std::to_string(i) + "]";
}

Result<bool> read_flag(const Json& object, const char* name, std::string path) {
  const Json* value = member(object, name);
  if (!value) return false;
  if (!value->is_boolean()) return invalid(path + " must be true or false", path);
  return value->get<bool>();
}

}  // namespace cogos::api
