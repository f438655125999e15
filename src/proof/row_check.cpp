#include "proof/row_check.hpp"

#include <algorithm>
#include <charconv>

#include "base/json.hpp"
#include "crypto/hash.hpp"
#include "proof/canonical_row.hpp"
#include "proof/row_members.hpp"
#include "proof/wire.hpp"

namespace cogos::proof {
namespace {

constexpr std::uint64_t kMaxInteger = (std::uint64_t{1} << 53U) - 1;

bool is_hash(const Json& value) {
  if (!value.is_string()) return false;
  const auto& text = value.get_ref<const std::string&>();
  return text.size() == 64 && text.find_first_not_of("0123456789abcdef") == std::string::npos;
}

bool is_count(const Json& value) {
  return value.is_number_unsigned() && value.get<std::uint64_t>() <= kMaxInteger;
}

bool is_time(const Json& value) {
  return value.is_string() && from_rfc3339(value.get_ref<const std::string&>()).has_value();
}

bool is_detail(const Json& value) {
  return value.is_null() ||
         (value.is_object() &&
          std::all_of(value.begin(), value.end(), [](const Json& member) { return member.is_string(); }));
}

bool fits(MemberKind kind, const Json& value) {
  switch (kind) {
    case MemberKind::text:
      return value.is_string();
    case MemberKind::text_or_null:
      return value.is_null() || value.is_string();
    case MemberKind::name:
      return value.is_string() && is_any_name(value.get_ref<const std::string&>());
    case MemberKind::count:
      return is_count(value);
    case MemberKind::version:
      return is_count(value) && value.get<std::uint64_t>() == 1;
    case MemberKind::flag:
      return value.is_boolean();
    case MemberKind::hash:
      return is_hash(value);
    case MemberKind::hash_or_null:
      return value.is_null() || is_hash(value);
    case MemberKind::time:
      return is_time(value);
    case MemberKind::detail:
      return is_detail(value);
    case MemberKind::object_or_null:
      return value.is_null() || value.is_object();
  }
  return false;
}

std::optional<std::string> shape_problem(const Json& core) {
  std::size_t known = 0;
  for (const auto& [name, kind] : kRowMembers) {
    if (!is_of_core(name)) continue;
    ++known;
    const auto found = core.find(name);
    if (found == core.end()) return "the member " + std::string(name) + " is missing";
    if (!fits(kind, *found)) return "the member " + std::string(name) + " is not of its type";
  }
  if (core.size() != known) return "it has members that a row does not have";
  return std::nullopt;
}

Json take(Json& row, const char* name) {
  const auto found = row.find(name);
  if (found == row.end()) return Json(Json::value_t::discarded);
  Json value = std::move(*found);
  row.erase(found);
  return value;
}

std::string text_or_empty(const Json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

/// `sealed`, `content_hash` and the envelope must agree with each other.
std::optional<RowFault> content_fault(const Json& core, const Json& envelope, CheckedRow& row) {
  const Json& hash = core.at("content_hash");
  if (!core.at("sealed").get<bool>()) {
    if (!row.tenant_id.starts_with('_')) {
      return RowFault{"unsealed_row", "a customer's row must be sealed"};
    }
    if (hash.is_null() && envelope.is_null()) return std::nullopt;
    return RowFault{"content_hash_mismatch", "an unsealed row has an envelope or a content hash"};
  }
  if (hash.is_null()) return RowFault{"content_hash_mismatch", "a sealed row has no content hash"};
  if (envelope.is_null()) {
    row.pruned = true;
    return std::nullopt;
  }
  if (crypto::sha256_hex(base::canonical(envelope)) != hash.get_ref<const std::string&>()) {
    return RowFault{"content_hash_mismatch", "the sealed content is not the one that was hashed"};
  }
  return std::nullopt;
}

CheckedRow check_any(std::string_view text, std::optional<RowFault>& fault) {
  CheckedRow row;
  auto parsed = base::parse_json(text);
  if (!parsed) {
    fault = RowFault{"malformed_row", parsed.error().message()};
    return row;
  }
  Json json = std::move(*parsed);
  if (!json.is_object()) {
    fault = RowFault{"malformed_row", "it is not a JSON object"};
    return row;
  }
  const Json envelope = take(json, "sealed_content");
  const Json row_hash = take(json, "row_hash");
  row.tenant_id = text_or_empty(json, "tenant_id");
  row.app_id = text_or_empty(json, "app_id");
  if (const auto seq = json.find("seq"); seq != json.end() && is_count(*seq))
    row.seq = seq->get<std::uint64_t>();
  if (!is_hash(row_hash) || envelope.is_discarded()) {
    fault = RowFault{"malformed_row", "row_hash or sealed_content is missing"};
    return row;
  }
  row.row_hash = row_hash.get<std::string>();
  if (crypto::sha256_hex(base::canonical(json)) != row.row_hash) {
    fault = RowFault{"row_hash_mismatch", "the row's members do not give its row_hash"};
    return row;
  }
  if (auto problem = shape_problem(json)) {
    fault = RowFault{"malformed_row", std::move(*problem)};
    return row;
  }
  row.ts = *from_rfc3339(json.at("ts").get_ref<const std::string&>());
  row.prev_hash = json.at("prev_hash").get<std::string>();
  fault = content_fault(json, envelope, row);
  return row;
}

/// A row in which everything is right, and whose text is canonical; nothing for all others, whatever they
/// are. What it says yes to, check_any says yes to.
std::optional<CheckedRow> check_canonical(std::string_view text) {
  const auto cut = read_canonical_row(text);
  if (!cut) return std::nullopt;
  const auto value = [&](std::string_view name) { return cut->values[row_member(name)]; };
  const auto is_null = [&](std::string_view name) { return cut->is_null[row_member(name)]; };

  const std::array<ByteView, 3> core{as_bytes(cut->core[0]), as_bytes(cut->core[1]), as_bytes(cut->core[2])};
  if (crypto::sha256_hex(core) != value("row_hash")) return std::nullopt;
  const auto ts = from_rfc3339(value("ts"));
  if (!ts) return std::nullopt;
  const bool pruned = is_null("sealed_content");
  if (value("sealed") != "true" || is_null("content_hash")) return std::nullopt;
  if (!pruned && crypto::sha256_hex(value("sealed_content")) != value("content_hash")) return std::nullopt;

  CheckedRow row;
  const std::string_view seq = value("seq");
  std::from_chars(seq.data(), seq.data() + seq.size(), row.seq);
  row.ts = *ts;
  row.tenant_id = value("tenant_id");
  row.app_id = value("app_id");
  row.prev_hash = value("prev_hash");
  row.row_hash = value("row_hash");
  row.pruned = pruned;
  return row;
}

}  // namespace

CheckedRow check_row(std::string_view text, std::optional<RowFault>& fault) {
  if (auto row = check_canonical(text)) return std::move(*row);
  return check_any(text, fault);
}

}  // namespace cogos::proof
