#include "cli/report.hpp"

#include <array>
#include <ostream>

#include "base/encoding.hpp"

namespace cogos::cli {
namespace {

/// U+0080..U+009F, which some terminals obey, are C2 80..C2 9F in UTF-8.
bool is_control(std::string_view text, std::size_t i) {
  const auto byte = static_cast<unsigned char>(text[i]);
  if (byte < 0x20 || byte == 0x7f) return true;
  return byte == 0xc2 && i + 1 < text.size() && (static_cast<unsigned char>(text[i + 1]) & 0xe0) == 0x80;
}

}  // namespace

std::string count(std::uint64_t n, std::string_view one) {
  std::string text = std::to_string(n).append(" ").append(one);
  if (n != 1) text += 's';
  return text;
}

std::string printable(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (is_control(text, i)) {
      out.append("\\x").append(base::to_hex(as_bytes(text.substr(i, 1))));
    } else {
      out += text[i];
    }
  }
  return out;
}

Error misuse(std::string message) {
  return {ErrorCode::unreadable_input, std::move(message)};
}

void complain(CommandContext& context, std::string_view message) {
  context.err << "cogos: " << printable(message) << '\n';
}

int refuse(CommandContext& context, const Error& error) {
  std::string message = error.message();
  if (!error.detail().empty()) message.append(" (").append(error.detail()).append(")");
  complain(context, message);
  return exit_code_of(error);
}

ExitCode exit_code_of(const Error& error) noexcept {
  return error.code() == ErrorCode::verification_failed ? kAnswerIsNo : kUnusable;
}

void print_json(CommandContext& context, const Json& value) {
  context.out << base::canonical(value) << '\n';
}

Json to_json(const ChainReport& chain) {
  Json broken = nullptr;
  if (chain.broken) {
    broken = {{"seq", chain.broken->seq}, {"reason", chain.broken->reason}, {"detail", chain.broken->detail}};
  }
  return {{"tenant_id", chain.tenant_id},
          {"app_id", chain.app_id},
          {"rows", chain.rows},
          {"pruned", chain.pruned},
          {"first_seq", chain.first_seq},
          {"last_seq", chain.last_seq},
          {"first_prev_hash", chain.first_prev_hash},
          {"head_hash", chain.head_hash},
          {"holds", chain.holds()},
          {"break", std::move(broken)}};
}

std::string in_words(const ChainReport& chain) {
  std::string text = chain.tenant_id.empty() ? "no chain" : chain.tenant_id + "/" + chain.app_id;
  text += ": ";
  if (chain.broken) {
    text += "BROKEN at seq " + std::to_string(chain.broken->seq) + ": " + chain.broken->reason;
    if (!chain.broken->detail.empty()) text += " (" + chain.broken->detail + ")";
    text += "; " + count(chain.rows, "row") + " held before it";
    return printable(text);
  }
  text += "holds, " + count(chain.rows, "row");
  if (chain.rows == 0) return printable(text);
  text += ", seq " + std::to_string(chain.first_seq) + ".." + std::to_string(chain.last_seq);
  text += ", head " + chain.head_hash;
  if (chain.pruned > 0) text += "; the content of " + count(chain.pruned, "row") + " was pruned";
  if (chain.first_seq > 1) {
    text += "; a slice: nothing is said of the rows before seq " + std::to_string(chain.first_seq) +
            ", whose prev_hash is " + chain.first_prev_hash;
  }
  return printable(text);
}

}  // namespace cogos::cli
