#include "engine/upstream_embed.hpp"

#include <cmath>
#include <limits>

#include "engine/token_estimate.hpp"

namespace cogos::engine {
namespace {

Result<std::vector<double>> read_vector(const Json& found) {
  if (!found.is_array()) return misshapen("holds an embedding that is no array of numbers");
  if (found.empty() || found.size() > kMaxDimensions)
    return misshapen("holds an embedding of a size that is none");
  std::vector<double> vector;
  vector.reserve(found.size());
  for (const Json& element : found) {
    const double number = element.is_number() ? element.get<double>() : std::nan("");
    // Clients that ask for base64 get floats, and no answer is to depend on the encoding. NaN fails too.
    if (!(std::abs(number) <= static_cast<double>(std::numeric_limits<float>::max()))) {
      return misshapen("holds an embedding with an element that is no number of a float's range");
    }
    vector.push_back(number);
  }
  return vector;
}

}  // namespace

Result<EmbeddingReply> read_vectors(const FoundVectors& found, const EmbeddingRequest& request) {
  if (found.places.size() != request.inputs.size()) return misshapen("holds not as many embeddings as texts");
  EmbeddingReply reply;
  reply.vectors.reserve(found.places.size());
  for (const Json* place : found.places) {
    auto vector = read_vector(*place);
    if (!vector) return vector.error();
    const std::size_t size = request.dimensions ? *request.dimensions : vector->size();
    if (vector->size() != (reply.vectors.empty() ? size : reply.vectors.front().size())) {
      return misshapen("holds embeddings of different sizes, or of another than was asked for");
    }
    reply.vectors.push_back(std::move(*vector));
  }
  if (found.prompt_tokens != nullptr) {
    const auto count = read_token_count(*found.prompt_tokens);
    if (!count) return count.error();
    reply.prompt_tokens = *count;
    return reply;
  }
  for (const std::string& input : request.inputs) reply.prompt_tokens += estimate_tokens(input);
  return reply;
}

}  // namespace cogos::engine
