#include "keys/operator_rows.hpp"

#include "base/object_writer.hpp"

namespace cogos::keys {

proof::RowDraft OperatorRows::draft(std::string_view request_id, Detail detail) const {
  proof::RowDraft row;
  row.chain = proof::kOperatorChain;
  row.detail = std::move(detail);
  row.rev = signer_.rev();
  row.signer_kid = signer_.kid();
  if (!sealing_key_) return row;
  std::string content;
  base::ObjectWriter writer(content);
  if (!request_id.empty()) writer.text("request_id", request_id);
  writer.close();
  row.seal = proof::PendingSeal::prepare(*sealing_key_, std::move(content), random_).value();
  return row;
}

proof::RowDraft OperatorRows::event(std::string name, Detail detail) const {
  proof::RowDraft row = draft({}, std::move(detail));
  row.method = "SYSTEM";
  row.route = std::move(name);
  row.status = "recorded";
  return row;
}

proof::RowDraft OperatorRows::customer_event(const KeyRecord& key, std::string name, Detail detail) const {
  proof::RowDraft row;
  row.chain = key.chain();
  row.method = "SYSTEM";
  row.route = std::move(name);
  row.status = "recorded";
  row.detail = std::move(detail);
  row.rev = signer_.rev();
  row.signer_kid = signer_.kid();
  row.seal = proof::PendingSeal::prepare(*key.sealing_key, "{}", random_).value();
  return row;
}

proof::RowDraft OperatorRows::change(std::string method, std::string route, int http_status,
                                     std::string_view request_id, Detail detail) const {
  proof::RowDraft row = draft(request_id, std::move(detail));
  row.method = std::move(method);
  row.route = std::move(route);
  row.http_status = static_cast<std::uint64_t>(http_status);
  row.status = "recorded";
  return row;
}

}  // namespace cogos::keys
