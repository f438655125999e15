#include "proof/audit_row.hpp"

#include <stdexcept>

#include "base/json.hpp"
#include "base/object_writer.hpp"
#include "crypto/hash.hpp"

namespace cogos::proof {
namespace {

std::string detail_json(const std::map<std::string, std::string>& detail) {
  std::string json;
  base::append_canonical(Json(detail), json);
  return json;
}

}  // namespace

bool is_charged(const Chargeable& row) noexcept {
  constexpr std::uint64_t kTimeout = 504;
  if (!row.has_model && !row.has_live_search) return false;
  if (row.status == "success" || row.status == "client_closed") return true;
  return row.status.starts_with("upstream_") && (row.total_tokens > 0 || row.http_status == kTimeout);
}

BuiltRow build_row(RowDraft draft, std::uint64_t seq, TimePoint ts, std::string_view prev_hash) {
  const std::string ts_text = to_rfc3339(ts);
  BuiltRow row;
  std::optional<std::string> content_hash;
  if (draft.seal) {
    row.sealed = std::move(*draft.seal).seal(draft.chain.tenant_id, draft.chain.app_id, ts_text);
    content_hash = crypto::sha256_hex(*row.sealed);
  }
  row.core.reserve(768);
  base::ObjectWriter core(row.core);
  core.text("app_id", draft.chain.app_id)
      .number("completion_tokens", draft.completion_tokens)
      .text_or_null("content_hash", content_hash);
  if (draft.detail) {
    core.raw("detail", detail_json(*draft.detail));
  } else {
    core.null("detail");
  }
  core.number("http_status", draft.http_status)
      .text_or_null("key_id", draft.key_id)
      .number("latency_ms", draft.latency_ms)
      .text_or_null("live_search", draft.live_search)
      .text("method", draft.method)
      .text_or_null("model", draft.model)
      .text_or_null("package_id", draft.package_id)
      .text("prev_hash", prev_hash)
      .number("prompt_tokens", draft.prompt_tokens)
      .text("rev", draft.rev)
      .text("route", draft.route)
      .boolean("schema_enforced", draft.schema_enforced)
      .boolean("sealed", draft.seal.has_value())
      .number("seq", seq)
      .text("signer_kid", draft.signer_kid)
      .text("status", draft.status)
      .text("tenant_id", draft.chain.tenant_id)
      .number("total_tokens", draft.prompt_tokens + draft.completion_tokens)
      .text("ts", ts_text)
      .number("v", 1)
      .close();
  row.row_hash = crypto::sha256_hex(row.core);
  return row;
}

std::string assemble_row(std::string_view core, const std::optional<std::string>& sealed,
                         std::string_view row_hash) {
  // From the end: `detail` may hold a member of any name, but it stands before both places, and inside a
  // string every quote is escaped.
  const auto before_schema = core.rfind(",\"schema_enforced\":");
  const auto before_seq = core.rfind(",\"seq\":");
  if (before_schema == std::string_view::npos || before_seq == std::string_view::npos) {
    throw std::invalid_argument("assemble_row: not the core of a row");
  }
  std::string row;
  row.reserve(core.size() + row_hash.size() + (sealed ? sealed->size() : 4) + 40);
  row.append(core, 0, before_schema);
  row.append(",\"row_hash\":\"").append(row_hash).append(1, '"');
  row.append(core, before_schema, before_seq - before_schema);
  row.append(",\"sealed_content\":").append(sealed ? std::string_view(*sealed) : "null");
  row.append(core, before_seq);
  return row;
}

}  // namespace cogos::proof
