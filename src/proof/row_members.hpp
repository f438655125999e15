#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace cogos::proof {

/// What a member of an audit row may hold.
enum class MemberKind : std::uint8_t {
  text,
  text_or_null,
  name,   ///< A tenant's or an app's, the system's own among them.
  count,  ///< An integer from 0 to 2^53 - 1.
  version,
  flag,
  hash,  ///< 64 lower-case hex digits.
  hash_or_null,
  time,            ///< RFC 3339 in UTC, with milliseconds.
  detail,          ///< Null, or an object of texts.
  object_or_null,  ///< The envelope, which is not looked into before it is opened.
};

struct RowMember {
  std::string_view name;
  MemberKind kind;
};

/// Every member of a row (wire formats §4), in the order of the canonical form.
inline constexpr std::array<RowMember, 26> kRowMembers{{{"app_id", MemberKind::name},
                                                        {"completion_tokens", MemberKind::count},
                                                        {"content_hash", MemberKind::hash_or_null},
                                                        {"detail", MemberKind::detail},
                                                        {"http_status", MemberKind::count},
                                                        {"key_id", MemberKind::text_or_null},
                                                        {"latency_ms", MemberKind::count},
                                                        {"live_search", MemberKind::text_or_null},
                                                        {"method", MemberKind::text},
                                                        {"model", MemberKind::text_or_null},
                                                        {"package_id", MemberKind::text_or_null},
                                                        {"prev_hash", MemberKind::hash},
                                                        {"prompt_tokens", MemberKind::count},
                                                        {"rev", MemberKind::text},
                                                        {"route", MemberKind::text},
                                                        {"row_hash", MemberKind::hash},
                                                        {"schema_enforced", MemberKind::flag},
                                                        {"sealed", MemberKind::flag},
                                                        {"sealed_content", MemberKind::object_or_null},
                                                        {"seq", MemberKind::count},
                                                        {"signer_kid", MemberKind::text},
                                                        {"status", MemberKind::text},
                                                        {"tenant_id", MemberKind::name},
                                                        {"total_tokens", MemberKind::count},
                                                        {"ts", MemberKind::time},
                                                        {"v", MemberKind::version}}};

/// The two that are not hashed with the row; the others are its core.
[[nodiscard]] constexpr bool is_of_core(std::string_view name) noexcept {
  return name != "row_hash" && name != "sealed_content";
}

/// The place of a member in kRowMembers.
[[nodiscard]] constexpr std::size_t row_member(std::string_view name) noexcept {
  std::size_t at = 0;
  while (at < kRowMembers.size() && kRowMembers[at].name != name) ++at;
  return at;
}

}  // namespace cogos::proof
