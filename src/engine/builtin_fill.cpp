#include "engine/builtin_fill.hpp"

#include <algorithm>
#include <queue>

namespace cogos::engine::builtin {
namespace {

constexpr int kMaxDepth = 8;

bool has_type(const std::vector<std::string>& types, std::string_view type) {
  return std::find(types.begin(), types.end(), type) != types.end();
}

bool overlaps(Range a, Range b) {
  return a.begin < b.end && b.begin < a.end;
}

bool allows_null(const Json& schema) {
  const auto types = types_of(schema);
  if (const auto values = schema.find("enum"); values != schema.end()) {
    return std::any_of(values->begin(), values->end(), [](const Json& v) { return v.is_null(); });
  }
  return schema.contains("type") && has_type(types, "null");
}

}  // namespace

const Property& Filler::property(const std::string& name, const Json& schema,
                                 const std::vector<std::string>& outer) {
  const auto key = std::make_pair(&schema, name);
  const auto it = properties_.find(key);
  if (it != properties_.end()) return it->second;
  return properties_.emplace(key, read_property(name, schema, outer)).first->second;
}

bool Filler::is_scalar(const Json& schema) {
  const auto& choices = view_.alternatives(schema);
  if (!choices.empty())
    return std::all_of(choices.begin(), choices.end(), [&](const Json* c) { return is_scalar(*c); });
  if (schema.contains("const") || schema.contains("enum")) return true;
  const auto types = types_of(schema);
  return !has_type(types, "object") && !has_type(types, "array");
}

bool Filler::scalar_options(const Property& p, const Json& schema, Scope scope,
                            std::vector<Option>& options) {
  const auto append = [&](std::vector<Option> more) {
    options.insert(options.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
  };
  if (schema.contains("const")) return true;
  const auto& choices = view_.alternatives(schema);
  if (!choices.empty()) {
    for (const Json* choice : choices) {
      // The alternatives share the name; their own words and bounds are theirs.
      scalar_options(property(p.name, *choice, {}), *choice, scope, options);
    }
    return true;
  }
  const auto types = types_of(schema);
  if (const auto values = schema.find("enum"); values != schema.end()) {
    append(finder_.choices(p, *values, scope));
    std::vector<Option> numbers = finder_.numbers(p, schema, scope, false);
    std::erase_if(numbers, [&](const Option& o) {
      return std::find(values->begin(), values->end(), o.value) == values->end();
    });
    append(std::move(numbers));
    std::vector<Option> flags = finder_.flags(p, scope);
    std::erase_if(flags, [&](const Option& o) {
      return std::find(values->begin(), values->end(), o.value) == values->end();
    });
    append(std::move(flags));
    return true;
  }
  for (const auto& type : types) {
    if (type == "number" || type == "integer")
      append(finder_.numbers(p, schema, scope, type == "integer" && !has_type(types, "number")));
    if (type == "boolean") append(finder_.flags(p, scope));
    if (type == "string") append(finder_.strings(p, schema, scope));
  }
  settle(options, scope);
  return true;
}

std::optional<Json> Filler::fallback(const Json& schema) {
  if (const auto it = schema.find("const"); it != schema.end()) return *it;
  if (const auto it = schema.find("default"); it != schema.end()) return *it;
  for (const Json* choice : view_.alternatives(schema)) {
    if (auto value = fallback(*choice); value && value->is_null()) return value;
  }
  if (allows_null(schema)) return Json(nullptr);
  return std::nullopt;
}

/// Gives each slot its best option, best scores first; a place that one slot has taken counts less for the
/// rest.
void Filler::choose(std::vector<Slot>& slots, Filled& out) {
  constexpr int kTaken = 55;
  struct Bid {
    int score;
    std::size_t slot;
    std::size_t option;
    bool reduced;
  };
  const auto worse = [](const Bid& a, const Bid& b) {
    if (a.score != b.score) return a.score < b.score;
    return a.slot != b.slot ? a.slot > b.slot : a.option > b.option;
  };
  std::priority_queue<Bid, std::vector<Bid>, decltype(worse)> bids(worse);
  for (std::size_t s = 0; s < slots.size(); ++s) {
    for (std::size_t o = 0; o < slots[s].options.size(); ++o)
      bids.push({slots[s].options[o].score, s, o, false});
  }
  std::map<std::uint32_t, std::uint32_t> taken;  // begin -> end
  const auto is_taken = [&](Range range) {
    const auto after = taken.lower_bound(range.end);
    for (auto it = after; it != taken.begin();) {
      --it;
      if (overlaps({it->first, it->second}, range)) return true;
      if (range.begin - std::min(range.begin, it->first) > 64) break;
    }
    return false;
  };
  while (!bids.empty()) {
    Bid bid = bids.top();
    bids.pop();
    Slot& slot = slots[bid.slot];
    if (slot.chosen) continue;
    const Option& option = slot.options[bid.option];
    if (!bid.reduced && option.claims && is_taken(option.range)) {
      bid.reduced = true;
      bid.score -= kTaken;
      const int floor = slot.required ? 8 : 45;
      if (bid.score >= floor) bids.push(bid);
      continue;
    }
    slot.chosen = true;
    slot.options = {option};
    if (!option.range.empty() && option.claims) {
      auto& end = taken[option.range.begin];
      end = std::max(end, option.range.end);
    }
    ++out.found;
  }
}

Filled Filler::object(const Json& schema, Scope scope, const std::vector<std::string>& outer, int depth) {
  Filled out;
  Json value = Json::object();
  std::vector<Slot> slots;
  const auto required = schema.find("required");
  const auto is_required = [&](const std::string& name) {
    return required != schema.end() && std::find(required->begin(), required->end(), name) != required->end();
  };
  const auto members = schema.find("properties");
  if (members != schema.end()) {
    for (const auto& [name, sub] : members->items()) {
      Slot slot;
      slot.name = name;
      slot.schema = &view_.effective(sub);
      slot.required = is_required(name);
      slot.property = &property(name, *slot.schema, outer);
      slot.scalar = sub.is_object() && is_scalar(*slot.schema);
      Scope own = scope;
      own.required = slot.required;
      if (slot.scalar) scalar_options(*slot.property, *slot.schema, own, slot.options);
      slots.push_back(std::move(slot));
    }
  }
  choose(slots, out);
  for (auto& slot : slots) {
    if (slot.scalar && slot.chosen) {
      value[slot.name] = slot.options.front().value;
      continue;
    }
    if (!slot.scalar) {
      Scope own = scope;
      own.required = slot.required;
      Filled inner = fill(slot.name, *slot.schema, own, outer, depth + 1);
      if (inner.value && (inner.found > 0 || slot.required)) {
        out.found += inner.found;
        value[slot.name] = std::move(*inner.value);
        continue;
      }
      if (!inner.missing.empty() && slot.required && !fallback(*slot.schema)) {
        out.missing = slot.name + "." + inner.missing;
        return out;
      }
    }
    if (auto given = fallback(*slot.schema); given) {
      value[slot.name] = std::move(*given);
    } else if (slot.required) {
      out.missing = slot.name;
      return out;
    }
  }
  if (required != schema.end()) {
    for (const auto& name : *required) {
      if (value.contains(name.get_ref<const std::string&>())) continue;
      out.missing = name.get<std::string>();
      return out;
    }
  }
  out.value = std::move(value);
  return out;
}

Filled Filler::alternatives(const std::string& name, const Json& schema, Scope scope,
                            const std::vector<std::string>& outer, int depth) {
  Filled best;
  bool any = false;
  for (const Json* choice : view_.alternatives(schema)) {
    if (allows_null(*choice) && types_of(*choice).size() == 1) continue;
    Filled one = fill(name, *choice, scope, outer, depth + 1);
    if (!any && !one.missing.empty() && best.missing.empty()) best.missing = one.missing;
    if (one.value && (!any || one.found > best.found)) {
      best = std::move(one);
      any = true;
    }
  }
  if (any && best.found > 0) return best;
  if (auto given = fallback(schema)) return {std::move(given), 0, {}};
  return best;
}

Filled Filler::array(const std::string& name, const Json& schema, Scope scope,
                     const std::vector<std::string>& outer, int depth) {
  Filled out;
  static const Json kAny = Json::object();
  const auto declared = schema.find("items");
  const Json& items = declared != schema.end() && declared->is_object() ? view_.effective(*declared) : kAny;
  const Property& p = property(name, items, outer);
  std::vector<Json> values;
  if (is_scalar(items)) {
    values = scalar_items(p, items, scope);
    out.found = static_cast<int>(values.size());
  } else {
    values = record_items(name, p, items, scope, outer, depth, out.found);
  }
  const auto bound = [&](const char* key, std::size_t otherwise) {
    const auto it = schema.find(key);
    return it != schema.end() && it->is_number() ? static_cast<std::size_t>(std::max(0.0, it->get<double>()))
                                                 : otherwise;
  };
  std::vector<Json> unique;
  for (auto& item : values) {
    // Prices and scores may repeat; what is named twice is still one.
    const bool repeat = (!item.is_number() || schema.value("uniqueItems", false)) &&
                        std::find(unique.begin(), unique.end(), item) != unique.end();
    if (!repeat && unique.size() < std::min<std::size_t>(bound("maxItems", 1000), 1000))
      unique.push_back(std::move(item));
  }
  if (unique.size() < bound("minItems", 0)) {
    if (auto given = fallback(schema)) return {std::move(given), 0, {}};
    return {std::nullopt, 0, {}};
  }
  if (unique.empty()) {
    out.found = 0;
    if (auto given = fallback(schema)) return {std::move(given), 0, {}};
  }
  out.value = Json(unique);
  return out;
}

Filled Filler::fill(const std::string& name, const Json& raw, Scope scope,
                    const std::vector<std::string>& outer, int depth) {
  Filled out;
  if (depth > kMaxDepth || scope.range.empty()) return out;
  const Json& schema = view_.effective(raw);
  if (is_scalar(schema)) {
    std::vector<Option> options;
    scalar_options(property(name, schema, outer), schema, scope, options);
    settle(options, scope);
    if (!options.empty()) return {options.front().value, 1, {}};
    return {fallback(schema), 0, {}};
  }
  if (!view_.alternatives(schema).empty()) return alternatives(name, schema, scope, outer, depth);
  const auto types = types_of(schema);
  if (has_type(types, "object")) {
    std::vector<std::string> around = outer;
    for (auto& word : split_name(name)) around.push_back(std::move(word));
    if (around.size() > 8) around.erase(around.begin(), around.end() - 8);
    out = object(schema, scope, around, depth);
    if ((!out.value || out.found == 0) && allows_null(schema)) return {Json(nullptr), 0, {}};
    return out;
  }
  return array(name, schema, scope, outer, depth);
}

}  // namespace cogos::engine::builtin
