#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cogos/result.hpp"

namespace cogos {

/// Where and why a chain does not hold.
struct ChainBreak {
  /// The row at fault: its own `seq` where its hash holds, else the place it stands at.
  std::uint64_t seq = 0;
  /// `malformed_row`, `row_hash_mismatch`, `content_hash_mismatch`, `wrong_chain`, `seq_gap`,
  /// `prev_hash_mismatch`, `ts_out_of_order`, `unsealed_row` or `head_mismatch`.
  std::string reason;
  std::string detail;  ///< In words.
};

/// What was found of one chain.
struct ChainReport {
  std::string tenant_id;
  std::string app_id;
  std::uint64_t rows = 0;
  std::uint64_t pruned = 0;     ///< Rows whose envelope was erased under a retention rule; not a break.
  std::uint64_t first_seq = 0;  ///< Over 1: a slice, trusted only from its first row's prev_hash on.
  std::uint64_t last_seq = 0;
  std::string first_prev_hash;
  std::string head_hash;  ///< row_hash of the last row that held.
  std::optional<ChainBreak> broken;

  [[nodiscard]] bool holds() const noexcept { return !broken; }
};

/// Follows one chain row by row. Not thread-safe. Needs O(1) memory whatever the chain's length.
class ChainVerifier {
 public:
  /// The chain is that of the first row given; its first row may be any, see ChainReport::first_seq.
  ChainVerifier();
  /// The chain continues after a known row: `seq` 0 with 64 zeros is the start.
  ChainVerifier(std::string tenant_id, std::string app_id, std::uint64_t seq, std::string row_hash);
  ChainVerifier(ChainVerifier&&) noexcept;
  ChainVerifier& operator=(ChainVerifier&&) noexcept;
  ~ChainVerifier();

  /// Takes the next row as JSON text. False from the first break on; later rows are not looked at then.
  bool add(std::string_view row_json);
  [[nodiscard]] const ChainReport& report() const noexcept;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// The outcome for a file of rows that may mix chains.
struct RowsReport {
  std::vector<ChainReport> chains;  ///< In the order of their first rows.
  std::uint64_t repeated = 0;       ///< Rows that were there before, with the same row_hash.
  [[nodiscard]] bool holds() const noexcept;
};

/// Checks rows given as one JSON array, or as answers of GET /v1/audit, one JSON a line (their `rows` count).
/// Pages may overlap. `expect_head`, where given, must be the head of one of the chains. Fails with
/// unreadable_input where the text is neither; breaks are in the report.
[[nodiscard]] Result<RowsReport> verify_rows(std::string_view text,
                                             const std::optional<std::string>& expect_head = std::nullopt);

/// Two archived tokens and what lies between them.
struct SpanReport {
  std::string from_head;
  std::string to_head;
  std::uint64_t rows_between = 0;  ///< Rows after `from` up to and with `to`.
  ChainReport chain;
};

/// Checks that the chain was not rewritten between two receipts: both tokens hold under one of `public_keys`
/// (the answer of GET /attestation/keys, or one PEM), the rows hold as a chain, and from the one's chain head
/// to the other's every row is there. Fails with verification_failed, saying what is missing, or
/// unreadable_input.
[[nodiscard]] Result<SpanReport> verify_span(std::string_view from_token, std::string_view to_token,
                                             std::string_view public_keys, std::string_view rows_text);

/// One row's opened content.
struct UnsealedRow {
  std::uint64_t seq = 0;
  std::string tenant_id;
  std::string app_id;
  std::string content;  ///< The sealed JSON; empty where `problem` is set.
  std::string problem;  ///< Why it could not be opened: pruned, not sealed, another key's.
};

/// Opens each sealed row of `text` (as for verify_rows) with an X25519 private PEM.
[[nodiscard]] Result<std::vector<UnsealedRow>> unseal_rows(std::string_view text,
                                                           std::string_view private_pem);

}  // namespace cogos
