#include "net/tls_context.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <utility>

#include "net/ticket_keys.hpp"

namespace cogos::net {
namespace {

constexpr const char* kTls12Suites =
    "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:"
    "ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:"
    "ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305";

std::string openssl_reason() {
  const auto code = ERR_peek_last_error();
  const char* reason = code == 0 ? nullptr : ERR_reason_error_string(code);
  ERR_clear_error();
  return reason == nullptr ? "unknown reason" : reason;
}

Error unreadable(std::string message) {
  return Error(ErrorCode::unreadable_input, std::move(message));
}

/// OpenSSL reports a missing file in words of its own; ours name the setting.
Result<void> check_readable(const std::string& path, std::string_view what, std::string_view setting) {
  if (path.empty()) return unreadable("no " + std::string(what) + " is set; set " + std::string(setting));
  errno = 0;
  const std::ifstream file(path);
  if (file) return {};
  return unreadable("the " + std::string(what) + " " + path + " cannot be read (" + std::strerror(errno) +
                    "); set " + std::string(setting) + " to a PEM file that this process may read");
}

int select_alpn(SSL* /*ssl*/, const unsigned char** out, unsigned char* out_size,
                const unsigned char* offered, unsigned int offered_size, void* /*unused*/) {
  static constexpr std::array<unsigned char, 9> ours{8, 'h', 't', 't', 'p', '/', '1', '.', '1'};
  unsigned char* chosen = nullptr;
  if (SSL_select_next_proto(&chosen, out_size, ours.data(), ours.size(), offered, offered_size) !=
      OPENSSL_NPN_NEGOTIATED) {
    return SSL_TLSEXT_ERR_ALERT_FATAL;  // RFC 7301 §3.2
  }
  *out = chosen;
  return SSL_TLSEXT_ERR_OK;
}

int no_passphrase(char* /*buffer*/, int /*size*/, int /*writing*/, void* /*unused*/) {
  return -1;
}

bool set_policy(SSL_CTX* context) {
  static constexpr std::array<unsigned char, 8> session_context{'c', 'o', 'g', 'o', 's', '-', 'v', '1'};
  SSL_CTX_set_options(context, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION |
                                   SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_PRIORITIZE_CHACHA);
  // Sessions live in tickets alone; a cache would grow with the clients.
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                                SSL_MODE_RELEASE_BUFFERS);
  // OpenSSL would make two; each costs an encryption, a MAC and a message, and a client takes up one session.
  SSL_CTX_set_num_tickets(context, 1);
  SSL_CTX_set_read_ahead(context, 1);  // a record's header and body in one system call
  SSL_CTX_set_alpn_select_cb(context, select_alpn, nullptr);
  SSL_CTX_set_default_passwd_cb(context, no_passphrase);  // never ask on a terminal
  return SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION) == 1 &&
         SSL_CTX_set_max_proto_version(context, TLS1_3_VERSION) == 1 &&
         SSL_CTX_set_cipher_list(context, kTls12Suites) == 1 &&
         SSL_CTX_set1_groups_list(context, "X25519:P-256") == 1 &&
         SSL_CTX_set_session_id_context(context, session_context.data(), session_context.size()) == 1;
}

Result<void> use_files(SSL_CTX* context, const TlsFiles& files) {
  auto readable = check_readable(files.certificate, "TLS certificate", "tls.cert_file");
  if (readable) readable = check_readable(files.private_key, "TLS private key", "tls.key_file");
  if (!readable) return readable;
  if (SSL_CTX_use_certificate_chain_file(context, files.certificate.c_str()) != 1) {
    return unreadable("the TLS certificate " + files.certificate + " is not accepted (" + openssl_reason() +
                      "); tls.cert_file takes PEM certificates, the server's own first");
  }
  const bool taken = SSL_CTX_use_PrivateKey_file(context, files.private_key.c_str(), SSL_FILETYPE_PEM) == 1;
  if (taken && SSL_CTX_check_private_key(context) == 1) return {};
  const auto code = ERR_peek_last_error();
  const bool mismatch =
      ERR_GET_LIB(code) == ERR_LIB_X509 && ERR_GET_REASON(code) == X509_R_KEY_VALUES_MISMATCH;
  const std::string reason = openssl_reason();
  if (taken || mismatch) {
    return unreadable("the TLS private key " + files.private_key + " does not belong to the certificate " +
                      files.certificate + "; set tls.cert_file and tls.key_file to a pair");
  }
  return unreadable("the TLS private key " + files.private_key + " is not accepted (" + reason +
                    "); tls.key_file takes one unencrypted PEM private key");
}

}  // namespace

TlsContexts::TlsContexts(TlsFiles files, std::unique_ptr<TicketKeys> tickets)
    : files_(std::move(files)), tickets_(std::move(tickets)) {}

TlsContexts::~TlsContexts() = default;

Result<std::unique_ptr<TlsContexts>> TlsContexts::load(TlsFiles files, const Clock& clock, Random& random) {
  auto tickets = std::make_unique<TicketKeys>(clock, random);
  std::unique_ptr<TlsContexts> contexts(new TlsContexts(std::move(files), std::move(tickets)));
  const auto loaded = contexts->reload();
  if (!loaded) return loaded.error();
  return contexts;
}

Result<void> TlsContexts::reload() {
  ERR_clear_error();
  SSL_CTX* made = SSL_CTX_new(TLS_server_method());
  if (made == nullptr) return Error(ErrorCode::internal, "no TLS context could be made", openssl_reason());
  const std::shared_ptr<SSL_CTX> context(made, SSL_CTX_free);
  if (!set_policy(made))
    return Error(ErrorCode::internal, "the TLS settings were not taken", openssl_reason());
  tickets_->serve(made);
  if (auto used = use_files(made, files_); !used) return used;
  const std::lock_guard lock(mutex_);
  current_ = context;
  return {};
}

std::shared_ptr<ssl_ctx_st> TlsContexts::current() const {
  const std::lock_guard lock(mutex_);
  return current_;
}

}  // namespace cogos::net
