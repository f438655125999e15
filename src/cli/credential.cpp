#include "cli/credential.hpp"

#include <algorithm>

#include "base/line_end.hpp"

namespace cogos::cli {

bool is_visible_ascii(std::string_view text) noexcept {
  return std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < 0x7f; });
}

Result<crypto::SecretText> read_credential(const std::string& file, const std::string& variable,
                                           std::string_view what, const CommandContext& context,
                                           Inputs& inputs) {
  crypto::SecretText read;
  if (!file.empty()) {
    auto secret = inputs.read_secret(file);
    if (!secret) return secret.error();
    read = std::move(*secret);
  } else if (auto value = context.environment(variable)) {
    read = crypto::SecretText(std::move(*value));
  }
  const std::string_view word = without_line_end(read.reveal());
  // It becomes a header's value, where a line end would start another header.
  if (!is_visible_ascii(word)) {
    return Error(ErrorCode::unreadable_input,
                 std::string(what).append(" may hold printable ASCII only, without spaces"));
  }
  return crypto::SecretText(std::string(word));
}

}  // namespace cogos::cli
