#include <algorithm>

#include "base/json.hpp"
#include "cogos/receipt.hpp"
#include "proof/fails.hpp"

namespace cogos {
namespace {

constexpr std::string_view kComment = ": cogos-receipt ";
constexpr std::string_view kData = "data: ";
constexpr std::string_view kDone = "data: [DONE]\n\n";

const Json* member(const Json& object, const char* name) {
  if (!object.is_object()) return nullptr;
  const auto found = object.find(name);
  return found == object.end() ? nullptr : &*found;
}

/// The receipt that a line brings; a null value where it brings none. JSON escapes line ends, so nothing that
/// a model says can begin a line.
Json receipt_on(std::string_view line) {
  if (line.starts_with(kComment)) {
    auto json = base::parse_json(line.substr(kComment.size()));
    return json ? std::move(*json) : Json();
  }
  if (!line.starts_with(kData)) return {};
  const auto chunk = base::parse_json(line.substr(kData.size()));
  const Json* ours = chunk ? member(*chunk, "cogos") : nullptr;
  const Json* receipt = ours != nullptr ? member(*ours, "receipt") : nullptr;
  return receipt != nullptr ? *receipt : Json();
}

std::string text_of(const Json& receipt, const char* name) {
  const Json* value = member(receipt, name);
  return value != nullptr && value->is_string() ? value->get<std::string>() : std::string();
}

Result<StreamReceipt> read(const Json& receipt, std::string_view body, std::uint64_t frames,
                           std::string_view rest) {
  StreamReceipt found{body, text_of(receipt, "attestation"), text_of(receipt, "signature"),
                      text_of(receipt, "finish"), rest == kDone};
  if (!found.complete && !rest.empty()) return fails("there is more after the receipt than [DONE]");
  if (found.attestation.empty() || found.finish.empty()) return fails("the receipt lacks a member");
  const bool broken = found.finish == "upstream_error" || found.finish == "client_closed";
  if (found.complete && broken) return fails("[DONE] follows an answer that broke off");
  if (!found.complete && !broken) return fails("[DONE] is missing after a whole answer: the capture was cut");
  const Json* counted = member(receipt, "frames");
  if (counted == nullptr || !counted->is_number_unsigned() || *counted != frames) {
    return fails("the receipt counts another number of events than the capture has");
  }
  return found;
}

}  // namespace

Result<StreamReceipt> find_stream_receipt(std::string_view stream) {
  std::uint64_t frames = 0;
  for (std::size_t at = 0; at < stream.size();) {
    const std::size_t end = std::min(stream.find('\n', at), stream.size());
    const std::string_view line = stream.substr(at, end - at);
    const Json receipt = receipt_on(line);
    if (receipt.is_object()) {
      const std::string_view rest = stream.substr(end);
      if (!rest.starts_with("\n\n")) return fails("the capture ends within the receipt");
      return read(receipt, stream.substr(0, at), frames, rest.substr(2));
    }
    if (line.starts_with("data:")) ++frames;
    at = end + 1;
  }
  return fails("there is no receipt in this stream; its trailers may have one");
}

}  // namespace cogos
