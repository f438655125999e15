#include <fstream>

#include "crypto/hash.hpp"
#include "proof/attestation.hpp"
#include "store/blocking_store.hpp"
#include "store/store_error.hpp"

namespace cogos::store {
namespace {

/// What fsck finds outside single rows: keys, files, bytes that mean the same, and what a start refuses.
class Tampering : public BlockingStoreTest {
 protected:
  Tampering() {
    for (std::uint8_t i = 1; i <= 3; ++i) begin(i);
    for (int i = 0; i < 3; ++i) append("_default").value();
  }
  static proof::AttestationSigner signer(std::uint8_t number) {
    const ByteArray<32> seed{number};
    return {crypto::Ed25519PrivateKey::from_seed(seed), "1.0.0+test"};
  }
  void begin(std::uint8_t number) {
    const auto key = signer(number);
    proof::RowDraft row = draft("_default", "_operator");
    row.status = "attestation.key";
    row.detail = {{"public_key_sha256", key.public_key_sha256()}};
    std::promise<void> done;
    store->attestation_keys().begin({key.kid(), key.public_pem(), key.rev(), clock.now(), {}, 0, {}},
                                    std::move(row), [&done](const Result<proof::ChainHead>& head) {
                                      EXPECT_TRUE(head);
                                      done.set_value();
                                    });
    done.get_future().get();
  }
  std::vector<std::string> problems(const std::string& sql) {
    tamper(sql);
    const auto report = fsck(options.data_dir).value();
    EXPECT_FALSE(report.holds()) << sql;
    std::vector<std::string> found = report.problems;
    for (const auto& chain : report.chains) {
      if (chain.broken) found.push_back(chain.broken->reason);
    }
    return found;
  }
  static bool mention(const std::vector<std::string>& found, std::string_view words) {
    return std::any_of(found.begin(), found.end(),
                       [&](const auto& text) { return text.find(words) != std::string::npos; });
  }
};

TEST_F(Tampering, NoneIsFoundWhereThereIsNone) {
  store.reset();
  const auto report = fsck(options.data_dir).value();
  EXPECT_TRUE(report.holds()) << (report.problems.empty() ? "" : report.problems.front());
  EXPECT_EQ(report.rows, 6U);
}

TEST_F(Tampering, OfAnAttestationKeyIsFound) {
  EXPECT_TRUE(mention(problems("DELETE FROM attestation_keys WHERE operator_seq = 2"), "row 2 is missing"));
}

TEST_F(Tampering, ByAnExchangedPublicKeyIsFound) {
  // Consistent in itself: kid and PEM of another key, at the row of the first.
  const auto other = signer(9);
  EXPECT_TRUE(mention(problems("UPDATE attestation_keys SET kid = '" + other.kid() + "', public_pem = '" +
                               other.public_pem() + "' WHERE operator_seq = 1"),
                      "is not the key whose hash the row has"));
}

TEST_F(Tampering, ByTheRowHashOfAKeyIsFound) {
  EXPECT_TRUE(mention(problems("UPDATE attestation_keys SET operator_row_hash = zeroblob(32) "
                               "WHERE operator_seq = 1"),
                      "another row_hash"));
}

TEST_F(Tampering, ThatMeansTheSameInJsonIsFound) {
  EXPECT_TRUE(mention(problems("UPDATE rows SET core = CAST(replace(CAST(core AS TEXT), ',\"v\":1', "
                               "',\"v\": 1') AS BLOB) WHERE seq = 3 AND chain = 2"),
                      "row_hash_mismatch"));
}

TEST_F(Tampering, WithSpacesInAnEnvelopeIsFound) {
  EXPECT_TRUE(mention(problems("UPDATE rows SET sealed = CAST(replace(CAST(sealed AS TEXT), ',\"v\":1', "
                               "', \"v\":1') AS BLOB) WHERE seq = 3 AND chain = 2"),
                      "content_hash_mismatch"));
}

TEST_F(Tampering, ByRowsOfAChainThatIsNotListedIsFound) {
  EXPECT_TRUE(
      mention(problems("INSERT INTO rows SELECT NULL, 77, seq, ts_ms, http_status, prompt_tokens, "
                       "completion_tokens, key_id, status, package_id, row_hash, core, sealed, charged "
                       "FROM rows WHERE chain = 2"),
              "number 77"));
}

TEST_F(Tampering, ByARowAddedAtTheEndIsFound) {
  EXPECT_TRUE(
      mention(problems("INSERT INTO rows SELECT NULL, chain, 4, ts_ms, http_status, prompt_tokens, "
                       "completion_tokens, key_id, status, package_id, row_hash, core, sealed, charged "
                       "FROM rows WHERE chain = 2 AND seq = 3"),
              "seq_gap"));
}

TEST_F(Tampering, WithTheHeadsIsRefusedAtTheStart) {
  for (const char* sql :
       {"DELETE FROM rows WHERE chain = 2 AND seq = 3",
        "UPDATE chains SET height = 2, head_hash = (SELECT row_hash FROM rows WHERE chain = 2 "
        "AND seq = 2) WHERE id = 2; DELETE FROM rows WHERE chain = 2 AND seq = 3"}) {
    tamper(sql);
    try {
      open();
      ADD_FAILURE() << "opened after " << sql;
    } catch (const StoreError& error) {
      EXPECT_NE(std::string(error.what()).find("fsck"), std::string::npos) << error.what();
    }
  }
}

TEST_F(Tampering, WithPagesOfTheFileIsReported) {
  store.reset();
  const auto file = options.data_dir / "cogos.db";
  // The leaves of an index lie somewhere in the middle; every page but the first few is overwritten.
  const auto size = std::filesystem::file_size(file);
  std::fstream bytes(file, std::ios::binary | std::ios::in | std::ios::out);
  for (std::uintmax_t at = 2 * 4096; at < size; at += 4096) {
    bytes.seekp(static_cast<std::streamoff>(at));
    bytes << "overwritten overwritten";
  }
  bytes.close();
  const auto report = fsck(options.data_dir);
  EXPECT_TRUE(!report || !report->holds());
}

std::map<std::string, crypto::Digest> contents(const std::filesystem::path& directory) {
  std::map<std::string, crypto::Digest> found;
  for (const auto& entry : std::filesystem::directory_iterator(directory)) {
    std::ifstream file(entry.path(), std::ios::binary);
    const std::string bytes(std::istreambuf_iterator<char>(file), {});
    found[entry.path().filename()] = crypto::sha256(as_bytes(bytes));
  }
  return found;
}

TEST_F(Tampering, IsNotWhatFsckDoes) {
  // A store whose server was killed: with a write-ahead log, and without the lock held.
  const auto copy = root / "copy";
  std::filesystem::copy(options.data_dir, copy);
  std::filesystem::remove(copy / "cogos.db-shm");
  ASSERT_GT(std::filesystem::file_size(copy / "cogos.db-wal"), 0U);
  const auto before = contents(copy);
  const auto report = fsck(copy);
  ASSERT_TRUE(report) << report.error().message();
  EXPECT_TRUE(report->holds());
  EXPECT_EQ(report->rows, 6U);
  EXPECT_EQ(contents(copy), before);
}

TEST_F(Tampering, IsNotLookedForInWhatIsNoStore) {
  store.reset();
  std::filesystem::create_directory(root / "other");
  std::ofstream(root / "other" / "cogos.db") << "no database, but a text that is long enough to be one ...";
  EXPECT_EQ(fsck(root / "other").error().code(), ErrorCode::unreadable_input);
  EXPECT_EQ(fsck(root / "none").error().code(), ErrorCode::unreadable_input);
  tamper("PRAGMA user_version = 99");
  EXPECT_EQ(fsck(options.data_dir).error().code(), ErrorCode::unreadable_input);
}

}  // namespace
}  // namespace cogos::store
