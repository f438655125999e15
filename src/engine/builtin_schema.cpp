#include "engine/builtin_schema.hpp"

#include <algorithm>

#include "engine/schema_rewrite.hpp"

namespace cogos::engine::builtin {
namespace {

constexpr int kMaxHops = 16;

void merge_into(Json& base, const Json& extra) {
  for (const auto& [key, value] : extra.items()) {
    auto it = base.find(key);
    if (it == base.end()) {
      base[key] = value;
    } else if (key == "properties" && it->is_object() && value.is_object()) {
      for (const auto& [name, schema] : value.items()) {
        const auto old = it->find(name);
        if (old == it->end()) {
          (*it)[name] = schema;
        } else {
          Json both = Json::object();
          both["allOf"] = Json::array({*old, schema});
          *old = std::move(both);
        }
      }
    } else if (key == "required" && it->is_array() && value.is_array()) {
      for (const auto& name : value) {
        if (std::find(it->begin(), it->end(), name) == it->end()) it->push_back(name);
      }
    } else if ((key == "minimum" || key == "exclusiveMinimum" || key == "minLength" || key == "minItems") &&
               it->is_number() && value.is_number()) {
      if (value.get<double>() > it->get<double>()) *it = value;
    } else if ((key == "maximum" || key == "exclusiveMaximum" || key == "maxLength" || key == "maxItems") &&
               it->is_number() && value.is_number()) {
      if (value.get<double>() < it->get<double>()) *it = value;
    } else {
      *it = value;
    }
  }
}

}  // namespace

Json SchemaView::merged(const Json& schema, int depth) const {
  if (!schema.is_object()) return Json::object();
  Json own = schema;
  own.erase("$ref");
  own.erase("allOf");
  if (depth >= kMaxHops) return own;
  Json out = Json::object();
  if (const auto ref = schema.find("$ref"); ref != schema.end() && ref->is_string()) {
    if (const Json* target = resolve_local_ref(root_, ref->get_ref<const std::string&>()))
      out = merged(*target, depth + 1);
  }
  if (const auto all = schema.find("allOf"); all != schema.end() && all->is_array()) {
    for (const auto& part : *all) merge_into(out, merged(part, depth + 1));
  }
  merge_into(out, own);
  return out;
}

const Json& SchemaView::effective(const Json& schema) {
  if (schema.is_object() && !schema.contains("$ref") && !schema.contains("allOf")) return schema;
  const auto [it, fresh] = effective_.try_emplace(&schema, nullptr);
  if (fresh) it->second = &made_.emplace_back(merged(schema, 0));
  return *it->second;
}

const std::vector<const Json*>& SchemaView::alternatives(const Json& effective_schema) {
  const auto [it, fresh] = alternatives_.try_emplace(&effective_schema);
  std::vector<const Json*>& out = it->second;
  if (!fresh) return out;
  for (const char* key : {"anyOf", "oneOf"}) {
    const auto list = effective_schema.find(key);
    if (list == effective_schema.end() || !list->is_array()) continue;
    Json beside = effective_schema;
    beside.erase("anyOf");
    beside.erase("oneOf");
    for (const auto& item : *list) {
      Json both = beside;
      merge_into(both, merged(item, 0));
      made_.push_back(std::move(both));
      out.push_back(&made_.back());
    }
    break;
  }
  return out;
}

std::vector<std::string> types_of(const Json& schema) {
  std::vector<std::string> out;
  if (const auto type = schema.find("type"); type != schema.end()) {
    if (type->is_string()) out.push_back(type->get<std::string>());
    if (type->is_array()) {
      for (const auto& item : *type) out.push_back(item.get<std::string>());
    }
  }
  if (!out.empty()) return out;
  if (schema.contains("properties")) return {"object"};
  if (schema.contains("items") || schema.contains("prefixItems") || schema.contains("minItems"))
    return {"array"};
  if (schema.contains("minimum") || schema.contains("maximum") || schema.contains("multipleOf"))
    return {"number"};
  return {"string"};
}

std::string text_member(const Json& object, const char* key) {
  const auto it = object.find(key);
  return it != object.end() && it->is_string() ? it->get<std::string>() : std::string();
}

}  // namespace cogos::engine::builtin
