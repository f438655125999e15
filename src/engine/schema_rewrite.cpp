#include "engine/schema_rewrite.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <set>
#include <vector>

#include "engine/schema_pattern.hpp"

namespace cogos::engine {
namespace {

constexpr std::array<std::string_view, 7> kTypes = {"string", "number", "integer", "boolean",
                                                    "array",  "object", "null"};
constexpr std::array<std::string_view, 8> kUnsupported = {
    "unevaluatedProperties", "unevaluatedItems", "minContains",   "maxContains",
    "$dynamicRef",           "$recursiveRef",    "contentSchema", "extends"};

std::string child(const std::string& path, std::string_view key) {
  return path + "/" + std::string(key);
}

class Rewriter {
 public:
  explicit Rewriter(const Json& root) : root_(root) {}

  Result<RewrittenSchema> run() {
    count(root_, 0);
    if (error_) return *error_;
    Edges ignored;
    out_.schema = node(root_, "#", ignored);
    Json definitions = Json::object();
    for (std::size_t i = 0; i < targets_.size() && !error_; ++i) {  // grows while it runs
      edges_.emplace_back();
      Edges found;
      Json target = node(*targets_[i].value, targets_[i].path, found);
      edges_[i] = std::move(found);
      definitions[name(i)] = std::move(target);
    }
    if (!error_) refuse_loops();
    if (error_) return *error_;
    if (!definitions.empty() && out_.schema.is_object()) out_.schema["definitions"] = std::move(definitions);
    return std::move(out_);
  }

 private:
  using Edges = std::vector<std::size_t>;  // definitions that apply to the same value
  struct Target {
    const Json* value;
    std::string path;
  };

  static std::string name(std::size_t i) { return "d" + std::to_string(i); }
  static Json reference(std::size_t i) { return Json{{"$ref", "#/definitions/" + name(i)}}; }

  void fail(const std::string& path, const std::string& what) {
    if (error_) return;
    error_ = Error(ErrorCode::invalid_request, "The JSON Schema cannot be used: " + path + " " + what + ".")
                 .with_param(std::string(kSchemaParam));
  }

  void count(const Json& value, std::size_t depth) {
    if (++values_ > kMaxSchemaValues) fail("#", "has more than 20000 values");
    if (depth > kMaxSchemaDepth) fail("#", "is nested deeper than 48 levels");
    if (error_ || !value.is_structured()) return;
    for (const auto& item : value) {
      count(item, depth + 1);
      if (error_) return;
    }
  }

  std::size_t target(const Json& value, const std::string& path) {
    const auto [it, fresh] = index_.try_emplace(&value, targets_.size());
    if (fresh) targets_.push_back({&value, path});
    return it->second;
  }

  Json node(const Json& in, const std::string& path, Edges& edges) {
    if (error_) return {};
    if (in.is_boolean()) return in;
    if (!in.is_object()) {
      fail(path, "must be a schema: an object or a boolean");
      return {};
    }
    for (const auto key : kUnsupported) {
      if (in.contains(key)) fail(path, "uses " + std::string(key) + ", which is not supported");
    }
    Json out = Json::object();
    Json own = Json::object();
    // valijson applies allOf first, so the weight is spent before the work that it stands for.
    Json all = Json::array({Json::object()});
    if (const auto it = in.find("$ref"); it != in.end()) all.push_back(follow(*it, path, edges));
    combinators(in, path, edges, out, all);
    numbers(in, path, out, own);
    strings(in, path, own);
    arrays(in, path, out);
    objects(in, path, edges, out);
    values(in, path, out, own);
    all[0][std::string(kOwnKeyword)] = std::move(own);
    out["allOf"] = std::move(all);
    return out;
  }

  Json follow(const Json& ref, const std::string& path, Edges& edges) {
    if (!ref.is_string()) {
      fail(path, "has a $ref that is not a string");
      return {};
    }
    const auto& text = ref.get_ref<const std::string&>();
    const Json* value = resolve_local_ref(root_, text);
    if (!text.starts_with('#')) {
      fail(path, "refers to another document; only local references (#/…) are supported");
    } else if (value == nullptr) {
      fail(path, "has a $ref that leads nowhere; write it as #/$defs/name");
    }
    if (value == nullptr) return {};
    edges.push_back(target(*value, text));
    return reference(edges.back());
  }

  Json list(const Json& in, const std::string& path, Edges& edges) {
    Json out = Json::array();
    if (!in.is_array() || in.empty()) {
      fail(path, "must be a non-empty array of schemas");
      return out;
    }
    for (const auto& item : in) out.push_back(node(item, child(path, std::to_string(out.size())), edges));
    return out;
  }

  void combinators(const Json& in, const std::string& path, Edges& edges, Json& out, Json& all) {
    if (const auto it = in.find("allOf"); it != in.end()) {
      for (auto& item : list(*it, child(path, "allOf"), edges)) all.push_back(std::move(item));
    }
    for (const char* key : {"anyOf", "oneOf"}) {
      if (const auto it = in.find(key); it != in.end()) out[key] = list(*it, child(path, key), edges);
    }
    for (const char* key : {"not", "if", "then", "else"}) {
      if (const auto it = in.find(key); it != in.end()) out[key] = node(*it, child(path, key), edges);
    }
  }

  bool number(const Json& in, const std::string& path, const char* key, double& out) {
    const auto it = in.find(key);
    if (it == in.end() || it->is_boolean()) return false;
    if (!it->is_number()) {
      fail(child(path, key), "must be a number");
      return false;
    }
    out = it->get<double>();
    return true;
  }

  void numbers(const Json& in, const std::string& path, Json& out, Json& own) {
    for (const auto& [bound, exclusive] :
         {std::pair{"minimum", "exclusiveMinimum"}, std::pair{"maximum", "exclusiveMaximum"}}) {
      double limit = 0;
      const auto flag = in.find(exclusive);
      const bool draft4 = flag != in.end() && flag->is_boolean() && flag->get<bool>();
      if (number(in, path, bound, limit)) out[draft4 ? exclusive : bound] = limit;
      if (number(in, path, exclusive, limit)) out[exclusive] = limit;
    }
    double divisor = 0;
    if (number(in, path, "multipleOf", divisor)) {
      if (!(divisor > 0)) fail(child(path, "multipleOf"), "must be greater than 0");
      own["multiple_of"] = divisor;
    }
  }

  bool size(const Json& in, const std::string& path, const char* key, std::uint64_t& out) {
    const auto it = in.find(key);
    if (it == in.end()) return false;
    const double value = it->is_number() ? it->get<double>() : -1;
    if (!(value >= 0) || value != std::floor(value)) {
      fail(child(path, key), "must be a non-negative integer");
      return false;
    }
    out = value > 1e15 ? std::uint64_t{1'000'000'000'000'000} : static_cast<std::uint64_t>(value);
    return true;
  }

  void strings(const Json& in, const std::string& path, Json& own) {
    std::uint64_t bound = 0;
    if (size(in, path, "minLength", bound)) own["min_length"] = bound;
    if (size(in, path, "maxLength", bound)) own["max_length"] = bound;
    if (const auto it = in.find("pattern"); it != in.end()) {
      if (!it->is_string()) return fail(child(path, "pattern"), "must be a string");
      const auto compiled = SafePattern::compile(it->get<std::string>());
      if (!compiled) return fail(child(path, "pattern"), compiled.error().message());
      own["pattern"] = *it;
    }
    if (const auto it = in.find("format"); it != in.end()) {
      if (!it->is_string()) return fail(child(path, "format"), "must be a string");
      own["format"] = *it;
    }
  }

  void arrays(const Json& in, const std::string& path, Json& out) {
    Edges fresh;
    std::uint64_t bound = 0;
    for (const char* key : {"minItems", "maxItems", "minProperties", "maxProperties"}) {
      if (size(in, path, key, bound)) out[key] = bound;
    }
    if (const auto it = in.find("uniqueItems"); it != in.end()) {
      if (!it->is_boolean()) return fail(child(path, "uniqueItems"), "must be a boolean");
      if (it->get<bool>()) out["uniqueItems"] = out_.unique_items = true;
    }
    if (const auto it = in.find("contains"); it != in.end()) {
      out["contains"] = hoist(*it, child(path, "contains"), fresh);
    }
    const auto prefix = in.find("prefixItems");
    const auto items = in.find("items");
    const bool tuple = items != in.end() && items->is_array();
    if (prefix != in.end() || tuple) {
      const char* key = prefix != in.end() ? "prefixItems" : "items";
      const char* rest = prefix != in.end() ? "items" : "additionalItems";
      out["items"] = list(in.at(key), child(path, key), fresh);
      if (const auto it = in.find(rest); it != in.end())
        out["additionalItems"] = node(*it, child(path, rest), fresh);
    } else if (items != in.end()) {
      out["items"] = node(*items, child(path, "items"), fresh);
    }
  }

  /// A child under a reference: valijson files some children under their parent's own path in its cache.
  Json hoist(const Json& in, const std::string& path, Edges& edges) {
    edges.push_back(target(in, path));
    return reference(edges.back());
  }

  std::string member(const std::string& path, const std::string& key) {
    if (++properties_ > kMaxSchemaProperties) fail("#", "has more than 2000 properties");
    if (key.find('\0') != std::string::npos) fail(path, "has a name with U+0000");
    return child(path, key);
  }

  const Json* map_of(const Json& in, const std::string& path, const char* key) {
    const auto it = in.find(key);
    if (it == in.end()) return nullptr;
    if (!it->is_object()) fail(child(path, key), "must be an object");
    return error_ ? nullptr : &*it;
  }

  void objects(const Json& in, const std::string& path, Edges& edges, Json& out) {
    Edges fresh;
    for (const char* key : {"properties", "patternProperties"}) {
      const Json* members = map_of(in, path, key);
      if (members == nullptr) continue;
      Json& into = out[key] = Json::object();
      for (const auto& [text, schema] : members->items()) {
        into[text] = node(schema, member(child(path, key), text), fresh);
        if (key[1] == 'r') continue;
        out_.pattern_properties = true;
        if (!SafePattern::compile(text) || !is_simple_pattern(text)) {
          fail(child(path, key),
               "has an expression that is not safe to run; keep it short, without repeated groups");
        }
      }
    }
    if (const auto it = in.find("additionalProperties"); it != in.end()) {
      out["additionalProperties"] = node(*it, child(path, "additionalProperties"), fresh);
    }
    if (const auto it = in.find("propertyNames"); it != in.end()) {
      out["propertyNames"] = hoist(*it, child(path, "propertyNames"), fresh);
    }
    if (const auto it = in.find("required"); it != in.end() && !it->is_boolean()) {
      if (auto names = strings_of(*it, child(path, "required")); !names.empty())
        out["required"] = std::move(names);
    }
    for (const char* key : {"dependencies", "dependentRequired", "dependentSchemas"}) {
      const Json* members = map_of(in, path, key);
      if (members == nullptr) continue;
      for (const auto& [text, value] : members->items()) {
        const std::string at = member(child(path, key), text);
        out["dependencies"][text] = value.is_array() ? strings_of(value, at) : hoist(value, at, edges);
      }
    }
  }

  Json strings_of(const Json& in, const std::string& path) {
    std::set<std::string> seen;
    Json out = Json::array();
    if (!in.is_array()) fail(path, "must be an array of strings");
    for (const auto& item : in) {
      if (!item.is_string()) {
        fail(path, "must be an array of strings");
        break;
      }
      const auto& text = item.get_ref<const std::string&>();
      if (text.find('\0') != std::string::npos) fail(path, "has a name with U+0000");
      if (seen.insert(text).second) out.push_back(item);
    }
    return out;
  }

  void values(const Json& in, const std::string& path, Json& out, Json& own) {
    std::size_t weight = 1;
    if (const auto it = in.find("type"); it != in.end()) {
      const Json list = it->is_array() ? *it : Json::array({*it});
      for (const auto& item : list) {
        const bool known = item.is_string() && std::find(kTypes.begin(), kTypes.end(),
                                                         item.get_ref<const std::string&>()) != kTypes.end();
        if (!known) {
          fail(child(path, "type"),
               "must be one of string, number, integer, boolean, array, object, null, or a list");
        }
      }
      if (list.empty()) fail(child(path, "type"), "must not be empty");
      out["type"] = *it;
    }
    if (const auto it = in.find("enum"); it != in.end()) {
      if (!it->is_array() || it->empty()) return fail(child(path, "enum"), "must be a non-empty array");
      out["enum"] = *it;
      weight += it->size();
    }
    if (const auto it = in.find("const"); it != in.end()) out["const"] = *it;
    own["weight"] = weight;
  }

  /// Definitions that apply each other to one and the same value would never come to an end.
  void refuse_loops() {
    std::vector<int> state(targets_.size(), 0);  // 0 new, 1 open, 2 done
    for (std::size_t start = 0; start < targets_.size(); ++start) {
      std::vector<std::pair<std::size_t, std::size_t>> stack;  // definition, next edge
      if (state[start] == 0) stack.emplace_back(start, 0);
      while (!stack.empty()) {
        const std::size_t at = stack.back().first;
        state[at] = 1;
        if (stack.back().second == edges_[at].size()) {
          state[at] = 2;
          stack.pop_back();
          continue;
        }
        const std::size_t next = edges_[at][stack.back().second++];
        if (state[next] == 1)
          return fail(targets_[next].path, "refers to itself without descending into the value");
        if (state[next] == 0) stack.emplace_back(next, 0);
      }
    }
  }

  const Json& root_;
  RewrittenSchema out_;
  std::optional<Error> error_;
  std::map<const Json*, std::size_t> index_;  // looked up, never iterated: the order of addresses is no input
  std::vector<Target> targets_;
  std::vector<Edges> edges_;
  std::size_t values_ = 0;
  std::size_t properties_ = 0;
};

}  // namespace

Result<RewrittenSchema> rewrite_schema(const Json& schema) {
  return Rewriter(schema).run();
}

}  // namespace cogos::engine
