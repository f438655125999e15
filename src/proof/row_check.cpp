#include "proof/row_check.hpp"

#include <array>
#include <string_view>

#include "crypto/hash.hpp"
#include "proof/wire.hpp"

namespace cogos::proof {
namespace {

constexpr std::uint64_t kMaxInteger = (std::uint64_t{1} << 53U) - 1;

bool is_hash(const Json& value) {
  if (!value.is_string()) return false;
  const auto& text = value.get_ref<const std::string&>();
  return text.size() == 64 && text.find_first_not_of("0123456789abcdef") == std::string::npos;
}
bool is_text(const Json& value) {
  return value.is_string();
}
bool is_text_or_null(const Json& value) {
  return value.is_string() || value.is_null();
}
bool is_hash_or_null(const Json& value) {
  return value.is_null() || is_hash(value);
}
bool is_flag(const Json& value) {
  return value.is_boolean();
}
bool is_count(const Json& value) {
  return value.is_number_unsigned() && value.get<std::uint64_t>() <= kMaxInteger;
}
bool is_detail(const Json& value) {
  if (value.is_null()) return true;
  if (!value.is_object()) return false;
  for (const auto& member : value) {
    if (!member.is_string()) return false;
  }
  return true;
}
bool is_time(const Json& value) {
  return value.is_string() && from_rfc3339(value.get_ref<const std::string&>()).has_value();
}
bool is_version(const Json& value) {
  return is_count(value) && value.get<std::uint64_t>() == 1;
}

struct Member {
  std::string_view name;
  bool (*fits)(const Json&);
};

/// A row's core (wire formats §4), without the two members that are not hashed with it.
constexpr std::array<Member, 24> kCore{{{"app_id", is_text},
                                        {"completion_tokens", is_count},
                                        {"content_hash", is_hash_or_null},
                                        {"detail", is_detail},
                                        {"http_status", is_count},
                                        {"key_id", is_text_or_null},
                                        {"latency_ms", is_count},
                                        {"live_search", is_text_or_null},
                                        {"method", is_text},
                                        {"model", is_text_or_null},
                                        {"package_id", is_text_or_null},
                                        {"prev_hash", is_hash},
                                        {"prompt_tokens", is_count},
                                        {"rev", is_text},
                                        {"route", is_text},
                                        {"schema_enforced", is_flag},
                                        {"sealed", is_flag},
                                        {"seq", is_count},
                                        {"signer_kid", is_text},
                                        {"status", is_text},
                                        {"tenant_id", is_text},
                                        {"total_tokens", is_count},
                                        {"ts", is_time},
                                        {"v", is_version}}};

std::optional<std::string> shape_problem(const Json& core) {
  for (const Member& member : kCore) {
    const auto found = core.find(member.name);
    if (found == core.end()) return "the member " + std::string(member.name) + " is missing";
    if (!member.fits(*found)) return "the member " + std::string(member.name) + " is not of its type";
  }
  if (core.size() != kCore.size()) return "it has members that a row does not have";
  return std::nullopt;
}

Json take(Json& row, const char* name) {
  const auto found = row.find(name);
  if (found == row.end()) return Json(Json::value_t::discarded);
  Json value = std::move(*found);
  row.erase(found);
  return value;
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

}  // namespace

CheckedRow check_row(Json json, std::optional<RowFault>& fault) {
  CheckedRow row;
  if (!json.is_object()) {
    fault = RowFault{"malformed_row", "it is not a JSON object"};
    return row;
  }
  const Json envelope = take(json, "sealed_content");
  const Json row_hash = take(json, "row_hash");
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
  row.tenant_id = json.at("tenant_id").get<std::string>();
  row.app_id = json.at("app_id").get<std::string>();
  row.prev_hash = json.at("prev_hash").get<std::string>();
  fault = content_fault(json, envelope, row);
  return row;
}

}  // namespace cogos::proof
