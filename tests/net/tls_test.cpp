#include <gtest/gtest.h>

#include <fstream>

#include "net/running_server.hpp"

namespace cogos::net::test {
namespace {

void only_version(SSL_CTX* context, int version) {
  SSL_CTX_set_min_proto_version(context, version);
  SSL_CTX_set_max_proto_version(context, version);
}

TEST(Tls, TakesVersions12And13AndRefusesOlderOnes) {
  RunningServer running;
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    RawClient client(running.tls_port());
    ASSERT_TRUE(client.secure([version](SSL_CTX* context) { only_version(context, version); }));
    EXPECT_EQ(SSL_version(client.ssl()), version);
    client.send("GET /tls HTTP/1.1\r\nHost: localhost\r\n\r\n");
    EXPECT_EQ(client.receive()->body, "GET /tls ");
  }
  for (const int version : {TLS1_VERSION, TLS1_1_VERSION}) {
    RawClient client(running.tls_port());
    EXPECT_FALSE(client.secure([version](SSL_CTX* context) {
      SSL_CTX_set_security_level(context, 0);  // else this client would not even offer it
      only_version(context, version);
    }));
  }
}

TEST(Tls, TakesEcdheWithAeadOnly) {
  RunningServer running;
  for (const char* suite :
       {"ECDHE-ECDSA-AES128-GCM-SHA256", "ECDHE-ECDSA-AES256-GCM-SHA384", "ECDHE-ECDSA-CHACHA20-POLY1305"}) {
    RawClient client(running.tls_port());
    EXPECT_TRUE(client.secure([suite](SSL_CTX* context) {
      only_version(context, TLS1_2_VERSION);
      SSL_CTX_set_cipher_list(context, suite);
    })) << suite;
  }
  for (const char* suite : {"ECDHE-ECDSA-AES128-SHA", "ECDHE-ECDSA-AES256-SHA384", "AES128-GCM-SHA256",
                            "DHE-RSA-AES128-GCM-SHA256", "ECDHE-ECDSA-AES128-CCM"}) {
    RawClient client(running.tls_port());
    EXPECT_FALSE(client.secure([suite](SSL_CTX* context) {
      only_version(context, TLS1_2_VERSION);
      SSL_CTX_set_security_level(context, 0);
      SSL_CTX_set_cipher_list(context, suite);
    })) << suite;
  }
}

TEST(Tls, TakesX25519AndP256Only) {
  RunningServer running;
  for (const auto& [group, taken] :
       {std::pair{"X25519", true}, {"P-256", true}, {"P-384", false}, {"X448", false}}) {
    RawClient client(running.tls_port());
    const char* name = group;
    EXPECT_EQ(client.secure([name](SSL_CTX* context) {
      only_version(context, TLS1_3_VERSION);
      SSL_CTX_set1_groups_list(context, name);
    }),
              taken)
        << group;
  }
}

TEST(Tls, AgreesOnHttp11OrNothing) {
  RunningServer running;
  RawClient both(running.tls_port());
  ASSERT_TRUE(both.secure([](SSL_CTX* context) {
    SSL_CTX_set_alpn_protos(context, reinterpret_cast<const unsigned char*>("\x02h2\x08http/1.1"), 12);
  }));
  const unsigned char* chosen = nullptr;
  unsigned int size = 0;
  SSL_get0_alpn_selected(both.ssl(), &chosen, &size);
  EXPECT_EQ(std::string(reinterpret_cast<const char*>(chosen), size), "http/1.1");
  RawClient h2(running.tls_port());
  EXPECT_FALSE(h2.secure([](SSL_CTX* context) {
    SSL_CTX_set_alpn_protos(context, reinterpret_cast<const unsigned char*>("\x02h2"), 3);
  }));
}

/// A session by which a later connection may resume.
SSL_SESSION* make_session(RunningServer& running, int version) {
  RawClient client(running.tls_port());
  EXPECT_TRUE(client.secure([version](SSL_CTX* context) { only_version(context, version); }));
  EXPECT_EQ(SSL_session_reused(client.ssl()), 0);
  client.send("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
  EXPECT_TRUE(client.receive());
  return client.session();
}

TEST(Tls, ResumesSessionsAlsoAfterAReload) {
  RunningServer running;
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    SSL_SESSION* session = make_session(running, version);
    for (int round = 0; round < 2; ++round) {
      RawClient client(running.tls_port());
      ASSERT_TRUE(client.secure([version](SSL_CTX* context) { only_version(context, version); }, session));
      EXPECT_EQ(SSL_session_reused(client.ssl()), 1) << "version " << version << ", round " << round;
      ASSERT_TRUE(running.tls->reload());
    }
    SSL_SESSION_free(session);
  }
}

bool resumes(RunningServer& running, SSL_SESSION* session) {
  RawClient client(running.tls_port());
  EXPECT_TRUE(client.secure([](SSL_CTX* context) { only_version(context, TLS1_2_VERSION); }, session));
  return SSL_session_reused(client.ssl()) == 1;
}

TEST(Tls, ForgetsTicketKeysAfterTwoPeriods) {
  RunningServer running;
  SSL_SESSION* session = make_session(running, TLS1_2_VERSION);
  running.ticket_clock.advance(std::chrono::hours(13));
  EXPECT_TRUE(resumes(running, session));
  running.ticket_clock.advance(std::chrono::hours(13));
  EXPECT_FALSE(resumes(running, session));
  SSL_SESSION_free(session);
}

TEST(Tls, ServesTheNewCertificateAfterAReload) {
  RunningServer running;
  RawClient before(running.tls_port());
  ASSERT_TRUE(before.secure());
  EXPECT_EQ(before.server_common_name(), "first");
  write_certificate(running.directory.file("cert.pem"), running.directory.file("key.pem"), "second");
  ASSERT_TRUE(running.tls->reload());
  RawClient after(running.tls_port());
  ASSERT_TRUE(after.secure());
  EXPECT_EQ(after.server_common_name(), "second");
  before.send("GET /old HTTP/1.1\r\nHost: localhost\r\n\r\n");
  EXPECT_EQ(before.receive()->body, "GET /old ");
}

TEST(Tls, KeepsTheCertificateWhereTheNewOneIsBad) {
  RunningServer running;
  const std::string certificate = running.directory.file("cert.pem");
  const std::string key = running.directory.file("key.pem");

  write_certificate(certificate, running.directory.file("other.pem"), "second");
  const auto mismatch = running.tls->reload();
  ASSERT_FALSE(mismatch);
  EXPECT_NE(mismatch.error().message().find("does not belong to"), std::string::npos)
      << mismatch.error().message();

  std::ofstream(certificate) << "no certificate";
  const auto garbage = running.tls->reload();
  ASSERT_FALSE(garbage);
  EXPECT_NE(garbage.error().message().find(certificate), std::string::npos);

  std::filesystem::remove(certificate);
  const auto missing = running.tls->reload();
  ASSERT_FALSE(missing);
  EXPECT_NE(missing.error().message().find("tls.cert_file"), std::string::npos);

  RawClient client(running.tls_port());
  ASSERT_TRUE(client.secure());
  EXPECT_EQ(client.server_common_name(), "first");
}

TEST(Tls, DropsAClientThatSpeaksPlainHttp) {
  RunningServer running;
  RawClient client(running.tls_port());
  client.send("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
  client.rest();
  EXPECT_TRUE(running.service.seen().empty());
}

TEST(Tls, DropsAHandshakeThatStops) {
  RunningServer::Parts parts;
  parts.limits.header_timeout = std::chrono::milliseconds(50);
  RunningServer running(std::move(parts));
  RawClient client(running.tls_port());
  client.send("\x16\x03\x01");
  EXPECT_EQ(client.rest(), "");
}

}  // namespace
}  // namespace cogos::net::test
