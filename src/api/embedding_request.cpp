#include "api/embedding_request.hpp"

#include "api/members.hpp"

namespace cogos::api {
namespace {

Result<std::string> read_text(const Json& text, const std::string& path) {
  if (text.is_number() || text.is_array()) {
    return invalid(path + " is of tokens; this server takes texts alone", path);
  }
  if (!text.is_string() || text.get_ref<const std::string&>().empty()) {
    return invalid(path + " must be a string that is not empty", path);
  }
  return text.get<std::string>();
}

Result<std::vector<std::string>> read_inputs(const Json& body) {
  std::vector<std::string> inputs;
  const Json* input = member(body, "input");
  const bool list = input && input->is_array();
  if (!input || (list && (input->empty() || input->size() > engine::kMaxEmbeddingInputs))) {
    return invalid("input must be a string or an array of 1 to " +
                       std::to_string(engine::kMaxEmbeddingInputs) + " strings",
                   "input");
  }
  for (std::size_t i = 0; i < (list ? input->size() : 1); ++i) {
    auto text = list ? read_text(input->at(i), element("input", i)) : read_text(*input, "input");
    if (!text) return text.error();
    inputs.push_back(std::move(*text));
  }
  return inputs;
}

}  // namespace

Result<EmbeddingOrder> read_embedding_order(const Json& body) {
  EmbeddingOrder order;
  // There is none to take by default: a package's models are for conversations, or it names those that are
  // not.
  const Json* model = member(body, "model");
  if (!model || !model->is_string() || model->get_ref<const std::string&>().empty()) {
    return invalid("model must be the name of a model that makes embeddings", "model");
  }
  order.request.model = model->get<std::string>();
  auto inputs = read_inputs(body);
  if (!inputs) return inputs.error();
  order.request.inputs = std::move(*inputs);
  if (const Json* encoding = member(body, "encoding_format")) {
    order.base64 = *encoding == "base64";
    if (!order.base64 && *encoding != "float") {
      return invalid("encoding_format must be float or base64", "encoding_format");
    }
  }
  if (const Json* dimensions = member(body, "dimensions")) {
    const bool fits =
        dimensions->is_number_unsigned() && *dimensions >= 1U && *dimensions <= engine::kMaxDimensions;
    if (!fits) {
      return invalid("dimensions must be a whole number from 1 to " + std::to_string(engine::kMaxDimensions),
                     "dimensions");
    }
    order.request.dimensions = dimensions->get<std::uint32_t>();
  }
  if (const Json* user = member(body, "user"); user && !user->is_string()) {
    return invalid("user must be a string", "user");
  }
  return order;
}

}  // namespace cogos::api
