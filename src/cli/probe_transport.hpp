#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/time.hpp"
#include "cogos/result.hpp"
#include "crypto/secret.hpp"

namespace cogos::cli {

/// A request of a probe's.
struct ProbeRequest {
  std::string origin;  ///< `https://host[:port]`, or `http://…`.
  std::string target;  ///< Path with query, as it is to be sent.
  std::string method = "GET";
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
  /// Sent as the Authorization's bearer credential, never kept in clear; null: none. Outlives the request.
  const crypto::SecretText* key = nullptr;
};

struct ProbeAnswer {
  int status = 0;
  std::vector<std::pair<std::string, std::string>> headers;  ///< As received, in order.
  std::string body;

  /// The first field of that name, whatever its case.
  [[nodiscard]] std::optional<std::string_view> header(std::string_view name) const noexcept;
  [[nodiscard]] std::size_t count(std::string_view name) const noexcept;
};

enum class TlsOffer : std::uint8_t { tls1_0, tls1_1, tls1_2, tls1_3 };

struct TlsOutcome {
  bool accepted = false;
  std::string refusal;                        ///< Why not.
  std::optional<TimePoint> certificate_ends;  ///< Of the certificate that was shown, verified or not.
};

/// How a probe reaches its target. For one thread.
class ProbeTransport {
 public:
  ProbeTransport() = default;
  ProbeTransport(const ProbeTransport&) = delete;
  ProbeTransport& operator=(const ProbeTransport&) = delete;
  virtual ~ProbeTransport() = default;

  /// Blocks until the answer is there, whatever its status; redirects are not followed. Fails where there was
  /// none, and before anything is sent where the certificate is not trusted or names another host.
  [[nodiscard]] virtual Result<ProbeAnswer> send(const ProbeRequest& request) = 0;
  /// Offers one version of TLS. Fails where nobody answers at all.
  [[nodiscard]] virtual Result<TlsOutcome> offer(const std::string& origin, TlsOffer version) = 0;
};

/// Whom a probe believes.
struct ProbeTrust {
  /// Certificates to trust instead of the system's, as PEM text; nothing: the system's.
  std::optional<std::string> ca_pem;
  /// Nothing is verified and nothing but loopback is reached: for a look at this machine's own server.
  bool own_machine = false;
};

}  // namespace cogos::cli
