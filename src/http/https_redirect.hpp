#pragma once

#include <string>
#include <vector>

#include "http/service.hpp"
#include "http/stage.hpp"

namespace cogos::http {

/// What answers where there is no TLS: every path with a redirect (308) to itself at the server's origin,
/// whatever Host says. What comes under /v1, or with credentials anywhere, is refused (403): whoever is on
/// the way can have read it, and a client that is led on would never be mended. Under /v1 the API's own
/// pipeline does it, with the receipts and, where the key was a good one, its row. Thread-safe.
class HttpsRedirect final : public Service {
 public:
  struct Parts {
    std::string origin;  ///< `https://host[:port]`.
    Service& api;
    Dresser& headers;  ///< Of every answer.
    std::vector<Observer*> observers;
    const Clock& clock;
  };
  /// What the parts refer to must outlive it.
  explicit HttpsRedirect(Parts parts) : parts_(std::move(parts)) {}

  Task<void> answer(Exchange& exchange) override;

 private:
  void lead_on(Exchange& exchange) const;
  void finish(Exchange& exchange) const;

  const Parts parts_;
};

}  // namespace cogos::http
