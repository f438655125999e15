#include "cogos/audit_chain.hpp"

#include <gtest/gtest.h>

#include "base/encoding.hpp"
#include "base/json.hpp"
#include "crypto/hash.hpp"
#include "crypto/system_random.hpp"
#include "proof/attestation.hpp"
#include "proof/audit_row.hpp"
#include "proof/wire.hpp"
#include "support/vectors.hpp"

namespace cogos {
namespace {

ChainReport follow(const Json& rows) {
  ChainVerifier verifier;
  for (const Json& row : rows) verifier.add(row.dump());
  return verifier.report();
}

TEST(ChainVerifier, AcceptsKnownChains) {
  const Json vectors = test::load_vectors("audit_chain");
  for (const auto& chain : vectors.at("chains")) {
    const ChainReport report = follow(chain);
    EXPECT_TRUE(report.holds()) << report.broken->reason;
    EXPECT_EQ(report.rows, chain.size());
    EXPECT_EQ(report.head_hash, chain.back().at("row_hash"));
    EXPECT_EQ(report.pruned, 0U);
  }
}

TEST(ChainVerifier, CountsPrunedRowsAndHolds) {
  const Json rows = test::load_vectors("audit_chain").at("pruned").at("rows");
  const ChainReport report = follow(rows);
  EXPECT_TRUE(report.holds());
  EXPECT_GT(report.pruned, 0U);
}

TEST(ChainVerifier, ReportsEveryBadListAtItsPlace) {
  const Json vectors = test::load_vectors("audit_chain");
  ASSERT_FALSE(vectors.at("bad").empty());
  for (const auto& known : vectors.at("bad")) {
    const ChainReport report = follow(known.at("rows"));
    ASSERT_FALSE(report.holds()) << known.at("why");
    EXPECT_EQ(report.broken->seq, known.at("broke_at_seq")) << known.at("why");
    EXPECT_EQ(report.broken->reason, known.at("reason")) << known.at("why");
  }
}

/// Every member of every row in turn, whatever its type: nothing of a row is outside its hashes.
TEST(ChainVerifier, NoticesAChangeOfAnyMember) {
  const Json chain = test::load_vectors("audit_chain").at("chains").at(0);
  for (std::size_t at = 0; at < chain.size(); ++at) {
    for (const auto& [name, value] : chain.at(at).items()) {
      Json rows = chain;
      rows[at][name] = value.is_number() ? Json(value.get<std::uint64_t>() + 1) : Json("changed");
      EXPECT_FALSE(follow(rows).holds()) << name << " of row " << at + 1;
      rows[at].erase(name);
      EXPECT_FALSE(follow(rows).holds()) << name << " of row " << at + 1;
    }
  }
}

TEST(ChainVerifier, StartsASliceAtItsFirstRow) {
  Json rows = test::load_vectors("audit_chain").at("chains").at(0);
  rows.erase(rows.begin());
  const ChainReport report = follow(rows);
  EXPECT_TRUE(report.holds());
  EXPECT_EQ(report.first_seq, 2U);
}

/// The same rows with one member of each changed, and hashed and linked anew.
Json rewritten(Json rows, const std::string& name, const Json& value) {
  std::string before = rows.at(0).at("prev_hash").get<std::string>();
  for (Json& row : rows) {
    if (&row != &rows.front()) row["prev_hash"] = before;
    row[name] = value;
    Json core = row;
    core.erase("sealed_content");
    core.erase("row_hash");
    before = crypto::sha256_hex(base::canonical(core));
    row["row_hash"] = before;
  }
  return rows;
}

TEST(ChainVerifier, TakesNoNamesThatATenantOrAppCannotHave) {
  const Json rows = test::load_vectors("audit_chain").at("chains").at(0);
  for (const char* member : {"tenant_id", "app_id"}) {
    for (const char* good : {"a", "0-_", "_default"}) {
      EXPECT_TRUE(follow(rewritten(rows, member, good)).holds()) << member << ' ' << good;
    }
    for (const std::string& bad : {std::string(), std::string("a|b"), std::string("A"), std::string("-a"),
                                   std::string("__a"), std::string("_"), std::string(65, 'a')}) {
      const ChainReport report = follow(rewritten(rows, member, bad));
      ASSERT_FALSE(report.holds()) << member << ' ' << bad;
      EXPECT_EQ(report.broken->reason, "malformed_row");
    }
  }
}

TEST(ChainVerifier, OnlyAFirstRowHasNoRowBeforeIt) {
  Json rows = test::load_vectors("audit_chain").at("chains").at(0);
  rows.erase(rows.begin());
  rows.at(0)["prev_hash"] = proof::kNoHash;
  const ChainReport report = follow(rewritten(rows, "rev", "1.0.0+abc1234"));
  ASSERT_FALSE(report.holds());
  EXPECT_EQ(report.broken->reason, "prev_hash_mismatch");
}

TEST(ChainVerifier, ContinuesOnlyAfterTheKnownRow) {
  const Json rows = test::load_vectors("audit_chain").at("chains").at(0);
  const std::string second = rows.at(1).dump();
  ChainVerifier right("acme", "_default", 1, rows.at(0).at("row_hash").get<std::string>());
  EXPECT_TRUE(right.add(second));
  ChainVerifier wrong("acme", "_default", 1, proof::kNoHash);
  EXPECT_FALSE(wrong.add(second));
  EXPECT_EQ(wrong.report().broken->reason, "prev_hash_mismatch");
}

TEST(AuditRow, CoreMatchesTheKnownBytes) {
  const Json vectors = test::load_vectors("audit_chain");
  Json row = vectors.at("chains").at(0).at(0);
  const std::string whole = base::canonical(row);
  const std::string sealed = base::canonical(row.at("sealed_content"));
  const auto row_hash = row.at("row_hash").get<std::string>();
  row.erase("sealed_content");
  row.erase("row_hash");
  const std::string core = base::canonical(row);
  EXPECT_EQ(base::to_hex(as_bytes(core)), vectors.at("core_of_first_row_hex"));
  EXPECT_EQ(crypto::sha256_hex(core), row_hash);
  EXPECT_EQ(proof::assemble_row(core, sealed, row_hash), whole);
}

proof::RowDraft draft(const crypto::X25519PrivateKey& customer, Random& random) {
  proof::RowDraft row;
  row.chain = {"acme", "billing"};
  row.key_id = "k1";
  row.method = "POST";
  row.route = "/v1/x\",\"seq\":9,\"schema_enforced\":";
  row.status = "success";
  row.http_status = 200;
  row.rev = "1.0.0+abc";
  row.signer_kid = "0011223344556677";
  row.seal = proof::PendingSeal::prepare(customer.public_key(), R"({"request_id":"req-1"})", random).value();
  return row;
}

TEST(AuditRow, BuiltRowsFormAChainThatOpens) {
  crypto::SystemRandom random;
  const auto customer = crypto::X25519PrivateKey::generate(random);
  std::string prev = proof::kNoHash;
  std::string file = "[";
  ChainVerifier verifier;
  for (std::uint64_t seq = 1; seq <= 3; ++seq) {
    const auto built = proof::build_row(draft(customer, random), seq, from_unix_ms(1'700'000'000'000), prev);
    const std::string row = proof::assemble_row(built.core, built.sealed, built.row_hash);
    EXPECT_EQ(canonicalize_json(row).value(), row);
    EXPECT_TRUE(verifier.add(row)) << verifier.report().broken->detail;
    file += (seq > 1 ? "," : "") + row;
    prev = built.row_hash;
  }
  const auto opened = unseal_rows(file + "]", customer.reveal_pem().reveal());
  ASSERT_TRUE(opened);
  ASSERT_EQ(opened->size(), 3U);
  EXPECT_EQ(opened->at(2).content, R"({"request_id":"req-1"})");
  EXPECT_EQ(opened->at(2).seq, 3U);
}

TEST(AuditRow, ACustomersRowMustBeSealed) {
  crypto::SystemRandom random;
  const auto customer = crypto::X25519PrivateKey::generate(random);
  proof::RowDraft open = draft(customer, random);
  open.seal.reset();
  const auto built = proof::build_row(std::move(open), 1, from_unix_ms(0), proof::kNoHash);
  ChainVerifier verifier;
  EXPECT_FALSE(verifier.add(proof::assemble_row(built.core, built.sealed, built.row_hash)));
  EXPECT_EQ(verifier.report().broken->reason, "unsealed_row");
}

TEST(VerifyRows, TakesAnyMixtureOfChainsAndOverlappingPages) {
  const Json vectors = test::load_vectors("audit_chain");
  const Json& a = vectors.at("chains").at(0);
  const Json& b = vectors.at("chains").at(1);
  std::string pages;
  for (std::size_t i = 0; i < a.size(); ++i) {
    Json rows = Json::array({a.at(i)});
    if (i > 0) rows.insert(rows.begin(), a.at(i - 1));
    if (i < b.size()) rows.push_back(b.at(i));
    pages += Json{{"rows", rows}}.dump() + "\n";
  }
  const auto report = verify_rows(pages, a.back().at("row_hash").get<std::string>());
  ASSERT_TRUE(report) << report.error().message();
  EXPECT_TRUE(report->holds());
  ASSERT_EQ(report->chains.size(), 2U);
  EXPECT_EQ(report->chains.at(0).rows, a.size());
  EXPECT_EQ(report->chains.at(1).rows, b.size());
  EXPECT_EQ(report->repeated, a.size() - 1);
}

TEST(VerifyRows, NoticesAHeadThatIsNotTheExpectedOne) {
  const Json chain = test::load_vectors("audit_chain").at("chains").at(0);
  EXPECT_TRUE(verify_rows(chain.dump(), chain.back().at("row_hash").get<std::string>())->holds());
  const auto cut_off = verify_rows(chain.dump(), std::string(64, 'a'));
  ASSERT_TRUE(cut_off);
  EXPECT_FALSE(cut_off->holds());
  EXPECT_EQ(cut_off->chains.back().broken->reason, "head_mismatch");
}

TEST(VerifyRows, SaysWhatItCouldNotRead) {
  for (const char* text : {"", "{}", "[", "{\"rows\":[]}\nnonsense", "7"}) {
    EXPECT_FALSE(verify_rows(text)) << text;
  }
}

class Span : public ::testing::Test {
 protected:
  std::string token(const std::string& head) {
    return signer.token({"GET", "/v1/models", proof::kNoHash, proof::kNoHash, head, from_unix_ms(1)});
  }
  std::string head(std::size_t row) { return chain.at(row).at("row_hash").get<std::string>(); }
  Result<SpanReport> span(const std::string& from, const std::string& to, const Json& rows) {
    return verify_span(token(from), token(to), keys, rows.dump());
  }

  ByteArray<32> seed{1, 2, 3};
  proof::AttestationSigner signer{crypto::Ed25519PrivateKey::from_seed(seed), "1.0.0+x"};
  Json chain = test::load_vectors("audit_chain").at("chains").at(0);
  std::string keys = Json{{"keys", {{{"kid", signer.kid()}, {"public_pem", signer.public_pem()}}}}}.dump();
};

TEST_F(Span, HoldsWhereEveryRowBetweenIsThere) {
  const auto whole = span(head(1), head(4), chain);
  ASSERT_TRUE(whole) << whole.error().message();
  EXPECT_EQ(whole->rows_between, 3U);
  Json after = chain;
  after.erase(after.begin(), after.begin() + 2);  // starts right after the first receipt's row
  EXPECT_EQ(span(head(1), head(4), after)->rows_between, 3U);
  EXPECT_EQ(span(proof::kNoHash, head(5), chain)->rows_between, 6U);
  EXPECT_EQ(span(head(2), head(2), chain)->rows_between, 0U);
}

TEST_F(Span, FailsWhereRowsAreMissingRewrittenOrInTheWrongOrder) {
  Json gap = chain;
  gap.erase(3);
  EXPECT_FALSE(span(head(1), head(4), gap));
  Json late = chain;
  late.erase(late.begin(), late.begin() + 3);
  EXPECT_FALSE(span(head(1), head(4), late));
  EXPECT_FALSE(span(head(4), head(1), chain));
  EXPECT_FALSE(span(std::string(64, 'a'), head(4), chain));
  EXPECT_FALSE(span(head(1), std::string(64, 'a'), chain));
  EXPECT_FALSE(span(proof::kNoHash, head(4), late));
}

TEST_F(Span, FailsForATokenOfAnotherKey) {
  const ByteArray<32> other_seed{9};
  const proof::AttestationSigner other{crypto::Ed25519PrivateKey::from_seed(other_seed), "1.0.0+x"};
  const std::string forged =
      other.token({"GET", "/", proof::kNoHash, proof::kNoHash, head(4), from_unix_ms(1)});
  EXPECT_FALSE(verify_span(token(head(1)), forged, keys, chain.dump()));
}

}  // namespace
}  // namespace cogos
