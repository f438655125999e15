#include "proof/canonical_row.hpp"

#include <charconv>
#include <cstdint>

#include "proof/wire.hpp"

namespace cogos::proof {
namespace {

/// Bytes that stand for themselves in a canonical string whatever surrounds them.
constexpr std::array<bool, 256> kPlain = [] {
  std::array<bool, 256> plain{};
  for (std::size_t c = 0x20; c < 0x7f; ++c) plain[c] = c != '"' && c != '\\';
  return plain;
}();

bool is_hash(std::string_view text) noexcept {
  if (text.size() != 64) return false;
  for (const char c : text) {
    if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'))) return false;
  }
  return true;
}

/// Reads on from a place in the text. Each function gives false where something else stands there; the place
/// is of no use any more then.
class Scanner {
 public:
  explicit Scanner(std::string_view text) noexcept : text_(text) {}

  [[nodiscard]] std::size_t place() const noexcept { return at_; }
  [[nodiscard]] bool at_end() const noexcept { return at_ == text_.size(); }

  bool literal(std::string_view wanted) noexcept {
    if (text_.substr(at_, wanted.size()) != wanted) return false;
    at_ += wanted.size();
    return true;
  }

  bool text(std::string_view& inner) noexcept {
    if (!literal("\"")) return false;
    const std::size_t start = at_;
    while (at_ < text_.size() && kPlain[static_cast<unsigned char>(text_[at_])]) ++at_;
    inner = text_.substr(start, at_ - start);
    return literal("\"");
  }

  bool count(std::string_view& digits) noexcept {
    constexpr std::uint64_t kMost = (std::uint64_t{1} << 53U) - 1;
    const std::size_t start = at_;
    while (at_ < text_.size() && text_[at_] >= '0' && text_[at_] <= '9') ++at_;
    digits = text_.substr(start, at_ - start);
    if (digits.empty() || digits.size() > 16 || (digits.size() > 1 && digits[0] == '0')) return false;
    std::uint64_t value = 0;
    std::from_chars(digits.data(), digits.data() + digits.size(), value);
    return value <= kMost;
  }

  bool flag(std::string_view& word) noexcept {
    const std::size_t start = at_;
    if (!literal("true") && !literal("false")) return false;
    word = text_.substr(start, at_ - start);
    return true;
  }

  /// Of texts, and of counts where those are allowed; the names in order.
  bool flat_object(std::string_view& whole, bool counts) noexcept {
    const std::size_t start = at_;
    if (!literal("{")) return false;
    std::string_view before;
    std::string_view name;
    std::string_view value;
    for (bool first = true; !literal("}"); first = false) {
      if (!first && !literal(",")) return false;
      if (!text(name) || (!first && name <= before) || !literal(":")) return false;
      if (at_ < text_.size() && text_[at_] == '"' ? !text(value) : !counts || !count(value)) return false;
      before = name;
    }
    whole = text_.substr(start, at_ - start);
    return true;
  }

  bool value(MemberKind kind, std::string_view& out) noexcept {
    switch (kind) {
      case MemberKind::text:
      case MemberKind::text_or_null:
      case MemberKind::time:
        return text(out);
      case MemberKind::name:
        return text(out) && is_any_name(out);
      case MemberKind::hash:
      case MemberKind::hash_or_null:
        return text(out) && is_hash(out);
      case MemberKind::count:
        return count(out);
      case MemberKind::version:
        return count(out) && out == "1";
      case MemberKind::flag:
        return flag(out);
      case MemberKind::detail:
        return flat_object(out, false);
      case MemberKind::object_or_null:
        return flat_object(out, true);
    }
    return false;
  }

 private:
  std::string_view text_;
  std::size_t at_ = 0;
};

constexpr bool may_be_null(MemberKind kind) noexcept {
  return kind == MemberKind::text_or_null || kind == MemberKind::hash_or_null || kind == MemberKind::detail ||
         kind == MemberKind::object_or_null;
}

}  // namespace

std::optional<CanonicalRow> read_canonical_row(std::string_view text) noexcept {
  CanonicalRow row;
  Scanner scanner(text);
  std::size_t piece = 0;
  std::size_t piece_start = 0;
  for (std::size_t i = 0; i < kRowMembers.size(); ++i) {
    const auto& [name, kind] = kRowMembers[i];
    const std::size_t start = scanner.place();
    if (!scanner.literal(i == 0 ? "{\"" : ",\"") || !scanner.literal(name) || !scanner.literal("\":")) {
      return std::nullopt;
    }
    row.is_null[i] = may_be_null(kind) && scanner.literal("null");
    if (!row.is_null[i] && !scanner.value(kind, row.values[i])) return std::nullopt;
    if (!is_of_core(name)) {
      row.core[piece++] = text.substr(piece_start, start - piece_start);
      piece_start = scanner.place();
    }
  }
  if (!scanner.literal("}") || !scanner.at_end()) return std::nullopt;
  row.core[piece] = text.substr(piece_start);
  return row;
}

}  // namespace cogos::proof
