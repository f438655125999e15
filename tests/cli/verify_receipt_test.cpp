#include "cli/cli_test.hpp"
#include "cogos/receipt.hpp"
#include "crypto/hash.hpp"
#include "crypto/system_random.hpp"
#include "proof/attestation.hpp"
#include "proof/wire.hpp"
#include "support/vectors.hpp"

namespace cogos::test {
namespace {

class VerifyReceipt : public CliTest {
 protected:
  /// Arguments that check one vector's token over its response, as written by files().
  std::vector<std::string> with_token(const Json& vector) {
    return {"verify",          "receipt",
            "--response-body", file("body", unhex(vector["response_body_hex"])),
            "--token",         vector["token"],
            "--public-key",    file("pub.pem", vector["public_pem"].get<std::string>())};
  }
  std::vector<std::string> with_request(const Json& vector) {
    auto arguments = with_token(vector);
    for (const std::string& more :
         {std::string("--method"), vector["method"].get<std::string>(), std::string("--path"),
          vector["path"].get<std::string>(), std::string("--request-body"),
          file("request", unhex(vector["request_body_hex"]))}) {
      arguments.push_back(more);
    }
    return arguments;
  }
  std::vector<std::string> with_signature(const Json& vector, const std::string& line_end = "") {
    return {"verify",
            "receipt",
            "--response-body",
            file("body", unhex(vector["body_hex"])),
            "--hmac-secret-file",
            file("secret", vector["hmac_secret"].get<std::string>() + line_end),
            "--signature",
            vector["x_cogos_signature"]};
  }
};

TEST_F(VerifyReceipt, HoldsForEveryAttestationVector) {
  const Json vectors = load_vectors("attestation");
  for (const Json& vector : vectors["cases"]) {
    const auto plain = run(with_token(vector));
    EXPECT_EQ(plain.code, 0) << plain.out << plain.err;
    EXPECT_TRUE(plain.says("request: not checked"));
    const auto full = run(with_request(vector));
    EXPECT_EQ(full.code, 0) << full.out << full.err;
    EXPECT_TRUE(full.says("request: is the one attested"));
    EXPECT_TRUE(full.says(vector["chain_head"].get<std::string>()));
  }
}

TEST_F(VerifyReceipt, FailsForEachAlteredByteOfTheBody) {
  const Json vectors = load_vectors("attestation");
  for (const Json& vector : vectors["cases"]) {
    const auto arguments = with_token(vector);
    const std::string body = unhex(vector["response_body_hex"]);
    for (std::size_t i = 0; i < body.size(); ++i) {
      std::string altered = body;
      altered[i] = static_cast<char>(altered[i] ^ 1);
      file("body", altered);
      const auto outcome = run(arguments);
      ASSERT_EQ(outcome.code, 1) << i;
      ASSERT_TRUE(outcome.says("FAILS"));
    }
    file("body", body + "\n");
    EXPECT_EQ(run(arguments).code, 1);
  }
}

TEST_F(VerifyReceipt, FailsForEachAlteredCharacterOfTheToken) {
  const Json vectors = load_vectors("attestation");
  for (const Json& vector : vectors["cases"]) {
    auto arguments = with_token(vector);
    const std::string token = vector["token"];
    for (std::size_t i = 0; i < token.size(); ++i) {
      arguments[5] = token;
      arguments[5][i] = token[i] == 'A' ? 'B' : 'A';
      ASSERT_EQ(run(arguments).code, 1) << i;
    }
  }
}

TEST_F(VerifyReceipt, FailsForAnotherRequest) {
  const Json vector = load_vectors("attestation")["cases"][1];
  for (const std::size_t member : {9U, 11U}) {
    auto arguments = with_request(vector);
    arguments[member] += "x";
    EXPECT_EQ(run(arguments).code, 1);
  }
  auto arguments = with_request(vector);
  file("request", unhex(vector["request_body_hex"]) + " ");
  EXPECT_EQ(run(arguments).code, 1);
  // Without a body the empty one is meant, which this request did not have.
  arguments.resize(arguments.size() - 2);
  EXPECT_EQ(run(arguments).code, 1);
}

TEST_F(VerifyReceipt, FailsUnderAnotherPublicKey) {
  const Json vectors = load_vectors("attestation")["cases"];
  const auto arguments = with_token(vectors[0]);
  file("pub.pem", vectors[1]["public_pem"].get<std::string>());
  EXPECT_EQ(run(arguments).code, 1);
  file("pub.pem", "no key");
  const auto outcome = run(arguments);
  EXPECT_EQ(outcome.code, 2);
  EXPECT_TRUE(outcome.complains("public key"));
}

TEST_F(VerifyReceipt, HoldsForEverySignatureVector) {
  const Json vectors = load_vectors("response_signature");
  for (const Json& vector : vectors["cases"]) {
    for (const std::string line_end : {"", "\n", "\r\n"}) {
      const auto outcome = run(with_signature(vector, line_end));
      EXPECT_EQ(outcome.code, 0) << outcome.out << outcome.err;
      EXPECT_EQ(outcome.out, "signature: holds\n");
    }
  }
}

TEST_F(VerifyReceipt, FailsForEachAlteredByteUnderTheSignature) {
  const Json vectors = load_vectors("response_signature");
  for (const Json& vector : vectors["cases"]) {
    auto arguments = with_signature(vector);
    const std::string signature = vector["x_cogos_signature"];
    for (std::size_t i = 0; i < signature.size(); ++i) {
      arguments[7] = signature;
      arguments[7][i] = signature[i] == '0' ? '1' : '0';
      ASSERT_EQ(run(arguments).code, 1) << i;
    }
    arguments[7] = signature;
    const std::string body = unhex(vector["body_hex"]);
    for (std::size_t i = 0; i < body.size(); ++i) {
      std::string altered = body;
      altered[i] = static_cast<char>(altered[i] ^ 0x80);
      file("body", altered);
      ASSERT_EQ(run(arguments).code, 1) << i;
    }
  }
}

TEST_F(VerifyReceipt, AnEmptySignatureOrTokenIsNotAPartLeftOut) {
  auto signature = with_signature(load_vectors("response_signature")["cases"][0]);
  signature[7] = "";
  EXPECT_EQ(run(signature).code, 1);
  auto token = with_token(load_vectors("attestation")["cases"][0]);
  token[5] = "";
  EXPECT_EQ(run(token).code, 1);
}

TEST_F(VerifyReceipt, EachPartGivenMustHold) {
  const Json attested = load_vectors("attestation")["cases"][1];
  auto arguments = with_token(attested);
  const Json signed_by = load_vectors("response_signature")["cases"][0];
  for (const std::string& more :
       {std::string("--hmac-secret-file"), file("secret", signed_by["hmac_secret"].get<std::string>()),
        std::string("--signature"), std::string(64, '0'), std::string("--json")}) {
    arguments.push_back(more);
  }
  const auto outcome = run(arguments);
  EXPECT_EQ(outcome.code, 1);
  EXPECT_EQ(outcome.json()["holds"], false);
  EXPECT_EQ(outcome.json()["attestation"]["holds"], true);
  EXPECT_EQ(outcome.json()["attestation"]["request_checked"], false);
  EXPECT_EQ(outcome.json()["signature"]["holds"], false);
}

TEST_F(VerifyReceipt, ReportsAsJson) {
  const Json vector = load_vectors("attestation")["cases"][1];
  auto arguments = with_request(vector);
  arguments.emplace_back("--json");
  const Json report = run(arguments).json();
  EXPECT_EQ(report["holds"], true);
  EXPECT_EQ(report["signature"], nullptr);
  EXPECT_EQ(report["attestation"]["signer_kid"], vector["signer_kid"]);
  EXPECT_EQ(report["attestation"]["ts"], vector["ts"]);
  EXPECT_EQ(report["attestation"]["request_checked"], true);
}

TEST_F(VerifyReceipt, ReadsStandardInputOnce) {
  const Json vector = load_vectors("attestation")["cases"][0];
  auto arguments = with_token(vector);
  arguments[3] = "-";
  EXPECT_EQ(run(arguments, unhex(vector["response_body_hex"])).code, 0);
  EXPECT_EQ(run(arguments, "other").code, 1);
  arguments[7] = "-";
  const auto outcome = run(arguments, unhex(vector["response_body_hex"]));
  EXPECT_EQ(outcome.code, 2);
  EXPECT_TRUE(outcome.complains("standard input was read already"));
}

TEST_F(VerifyReceipt, NeedsAReceipt) {
  const auto outcome = run({"verify", "receipt", "--response-body", file("body", "{}")});
  EXPECT_EQ(outcome.code, 2);
  EXPECT_TRUE(outcome.complains("--token with --public-key"));
  EXPECT_TRUE(outcome.complains("--hmac-secret-file"));
}

TEST_F(VerifyReceipt, RefusesHalfAPart) {
  const std::string body = file("body", "{}");
  for (const std::vector<std::string>& half :
       {std::vector<std::string>{"--token", "a.b"},
        {"--public-key", "k"},
        {"--signature", "00"},
        {"--hmac-secret-file", "s"},
        {"--token", "a.b", "--public-key", "k", "--method", "GET"},
        {"--token", "a.b", "--public-key", "k", "--request-body", body},
        {"--method", "GET", "--path", "/", "--hmac-secret-file", "s", "--signature", "00"}}) {
    std::vector<std::string> arguments{"verify", "receipt", "--response-body", body};
    arguments.insert(arguments.end(), half.begin(), half.end());
    const auto outcome = run(arguments);
    EXPECT_EQ(outcome.code, 2) << half.front();
    EXPECT_TRUE(outcome.complains("requires")) << outcome.err;
    EXPECT_TRUE(outcome.complains("cogos verify receipt --help")) << outcome.err;
  }
}

TEST_F(VerifyReceipt, RefusesASecretFileThatHoldsSomethingElse) {
  auto arguments = with_signature(load_vectors("response_signature")["cases"][0]);
  for (const std::string& text :
       {std::string{}, std::string(63, 'a'), std::string(64, 'A'), std::string(65, 'a'),
        std::string(64, 'a') + "\n\n", std::string(63, 'a') + " "}) {
    file("secret", text);
    const auto outcome = run(arguments);
    EXPECT_EQ(outcome.code, 2) << text;
    EXPECT_TRUE(outcome.complains("64 lower-case hex"));
    if (!text.empty()) {
      EXPECT_FALSE(outcome.complains(text.substr(0, 63)));
    }
  }
}

TEST_F(VerifyReceipt, NamesAFileItCannotRead) {
  auto arguments = with_token(load_vectors("attestation")["cases"][0]);
  arguments[7] = path("absent.pem");
  const auto outcome = run(arguments);
  EXPECT_EQ(outcome.code, 2);
  EXPECT_TRUE(outcome.complains(path("absent.pem") + ": No such file or directory"));
  arguments[7] = path("");
  EXPECT_TRUE(run(arguments).complains("Is a directory"));
  arguments[7] = file("huge", std::string((64 << 10) + 1, 'x'));
  EXPECT_TRUE(run(arguments).complains("longer than 64 KiB"));
  arguments[7] = "-";
  EXPECT_TRUE(run(arguments, std::string((64 << 10) + 1, 'x')).complains("longer than 64 KiB"));
}

/// A stream whose receipts are made here, over two events.
class VerifyStream : public VerifyReceipt {
 protected:
  VerifyStream() {
    const std::string request_sha256 = crypto::sha256_hex(std::string_view("{}"));
    const std::string response_sha256 = crypto::sha256_hex(events);
    const proof::AttestedCall call{"POST",          "/v1/chat/completions", request_sha256,
                                   response_sha256, proof::kNoHash,         from_unix_ms(1'700'000'000'000)};
    stream = events + ": cogos-receipt {\"attestation\":\"" + signer.token(call) +
             "\",\"finish\":\"stop\",\"frames\":2,\"signature\":\"" + response_signature(secret, events) +
             "\"}\n\ndata: [DONE]\n\n";
  }
  std::vector<std::string> arguments() {
    return {"verify",
            "receipt",
            "--stream",
            file("stream", stream),
            "--public-key",
            file("pub.pem", signer.public_pem()),
            "--hmac-secret-file",
            file("secret", secret),
            "--method",
            "POST",
            "--path",
            "/v1/chat/completions",
            "--request-body",
            file("request", "{}")};
  }

  crypto::SystemRandom random;
  proof::AttestationSigner signer{crypto::Ed25519PrivateKey::generate(random), "1.0.0+test"};
  const std::string secret = std::string(64, 'a');
  const std::string events = "data: {\"a\":1}\n\ndata: {\"b\":2}\n\n";
  std::string stream;
};

TEST_F(VerifyStream, TakesBothReceiptsFromTheStream) {
  const auto outcome = run(arguments());
  EXPECT_EQ(outcome.code, 0) << outcome.out << outcome.err;
  EXPECT_TRUE(outcome.says("attestation: holds"));
  EXPECT_TRUE(outcome.says("request: is the one attested"));
  EXPECT_TRUE(outcome.says("signature: holds"));
}

TEST_F(VerifyStream, FailsForEachAlteredByteOfTheEvents) {
  const std::string sound = stream;
  for (std::size_t i = 0; i < events.size(); ++i) {
    stream = sound;
    stream[i] = static_cast<char>(stream[i] ^ 1);
    EXPECT_EQ(run(arguments()).code, 1) << i;
  }
}

TEST_F(VerifyStream, FailsForACaptureThatWasCut) {
  stream.resize(stream.size() - 3);
  const auto outcome = run(arguments());
  EXPECT_EQ(outcome.code, 1);
}

TEST_F(VerifyStream, NeedsSomethingToCheckItWithAndNothingElse) {
  const std::string capture = file("stream", stream);
  EXPECT_EQ(run({"verify", "receipt", "--stream", capture}).code, 2);
  auto both = arguments();
  both.insert(both.end(), {"--response-body", capture});
  EXPECT_EQ(run(both).code, 2);
  auto with_token = arguments();
  with_token.insert(with_token.end(), {"--token", "t"});
  EXPECT_EQ(run(with_token).code, 2);
}

}  // namespace
}  // namespace cogos::test
