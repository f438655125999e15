#pragma once

#include <array>
#include <optional>
#include <string_view>

#include "proof/row_members.hpp"

namespace cogos::proof {

/// A row cut into its members where it stands, as views into its text.
struct CanonicalRow {
  /// By the members' places in kRowMembers: texts, hashes and times without their quotes, all else as it is
  /// written. Empty for null.
  std::array<std::string_view, kRowMembers.size()> values;
  std::array<bool, kRowMembers.size()> is_null{};
  /// What follows each other without row_hash and sealed_content: the bytes that were hashed.
  std::array<std::string_view, 3> core;
};

/// Cuts a row up in one pass, without building a tree: a tenth of the time of parsing it and writing it in
/// canonical form again. Takes only what is that form already, with members of the right kinds and nothing
/// but printable ASCII without escapes in its texts, as nearly all rows are that a server gave out. Nothing
/// for every other text, which may well be a row too.
[[nodiscard]] std::optional<CanonicalRow> read_canonical_row(std::string_view text) noexcept;

}  // namespace cogos::proof
