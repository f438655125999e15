#pragma once

#include "base/time.hpp"
#include "cli/server_parts.hpp"

namespace cogos::app {

/// `cogos admin …` over this program's own HTTPS client.
class HttpsAdminTransport final : public cli::AdminTransport {
 public:
  explicit HttpsAdminTransport(const Clock& clock) : clock_(clock) {}
  Result<cli::AdminResponse> send(const cli::AdminRequest& request,
                                  const crypto::SecretText& admin_key) override;

 private:
  const Clock& clock_;
};

}  // namespace cogos::app
