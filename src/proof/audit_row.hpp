#pragma once

#include <compare>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/spent_signature.hpp"
#include "base/time.hpp"
#include "cogos/result.hpp"
#include "proof/sealed_envelope.hpp"

namespace cogos::proof {

/// One chain per tenant and app.
struct ChainId {
  std::string tenant_id;
  std::string app_id;
  auto operator<=>(const ChainId&) const = default;
};

/// The system's own chain: keys of the process, state changes by the operator, starts and stops.
inline const ChainId kOperatorChain{"_operator", "_default"};

/// The last durable row of a chain.
struct ChainHead {
  std::uint64_t seq = 0;
  std::string row_hash;  ///< Hex.
  TimePoint ts;
};

/// A row before it has its place: all but seq, ts, prev_hash and the hashes (wire formats §4). Move-only.
struct RowDraft {
  ChainId chain;
  std::optional<std::string> key_id;
  std::string method;
  std::string route;
  std::uint64_t http_status = 0;
  std::string status;
  std::optional<std::string> model;
  std::uint64_t prompt_tokens = 0;
  std::uint64_t completion_tokens = 0;
  std::uint64_t latency_ms = 0;
  bool schema_enforced = false;
  std::optional<std::string> live_search;
  std::optional<std::string> package_id;
  std::optional<std::map<std::string, std::string>> detail;
  std::string rev;
  std::string signer_kid;
  /// Nothing only for rows of the system's own chains without an operator sealing key.
  std::optional<PendingSeal> seal;
  /// No part of the row: made durable together with it.
  std::optional<SpentSignature> spent_signature;
};

/// What of a row says whether it is charged.
struct Chargeable {
  std::string_view status;
  std::uint64_t http_status = 0;
  std::uint64_t total_tokens = 0;
  bool has_model = false;
  bool has_live_search = false;
};

/// Whether a row counts against its package's quotas: inference was begun for it. That is read off its core
/// alone, so what a tenant has used can be counted from the rows at any time: a call that reached a model or
/// a live search and succeeded, or whose client left; or whose upstream failed after it had produced tokens
/// or by taking too long (504). An upstream that was down or refused is not charged, nor is what was refused
/// here (`client_error`) or failed in the server itself (`server_error`).
[[nodiscard]] bool is_charged(const Chargeable& row) noexcept;

/// A row in the bytes that are stored and hashed.
struct BuiltRow {
  std::string core;                   ///< Canonical JSON without sealed_content and row_hash.
  std::optional<std::string> sealed;  ///< sealed_content in canonical JSON.
  std::string row_hash;               ///< Hex SHA-256 of `core`.
};

/// Gives a draft its place: seals it, links it to `prev_hash` and hashes it. `seq` starts at 1.
[[nodiscard]] BuiltRow build_row(RowDraft draft, std::uint64_t seq, TimePoint ts, std::string_view prev_hash);

/// The whole row in canonical JSON, as GET /v1/audit gives it. `core` must be one that build_row made; with
/// no `sealed` a sealed row comes out as pruned.
[[nodiscard]] std::string assemble_row(std::string_view core, const std::optional<std::string>& sealed,
                                       std::string_view row_hash);

}  // namespace cogos::proof
