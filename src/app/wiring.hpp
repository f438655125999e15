#pragma once

#include <boost/asio/io_context.hpp>
#include <functional>
#include <memory>
#include <optional>

#include "api/account.hpp"
#include "api/admin_keys.hpp"
#include "api/admin_packages.hpp"
#include "api/admin_quarantine.hpp"
#include "api/admin_usage.hpp"
#include "api/attestation_keys.hpp"
#include "api/audit.hpp"
#include "api/chat_completions.hpp"
#include "api/chat_grounded.hpp"
#include "api/decoys.hpp"
#include "api/deep_health.hpp"
#include "api/embeddings.hpp"
#include "api/health.hpp"
#include "api/metrics.hpp"
#include "api/model_catalog.hpp"
#include "api/openapi.hpp"
#include "api/probe_reports.hpp"
#include "api/rotate_key.hpp"
#include "api/search.hpp"
#include "app/access_log.hpp"
#include "app/clock_guard.hpp"
#include "app/defence_figures.hpp"
#include "app/defence_log.hpp"
#include "app/engines.hpp"
#include "app/every_second.hpp"
#include "app/log.hpp"
#include "app/metrics.hpp"
#include "app/pipeline.hpp"
#include "app/reload.hpp"
#include "app/request_figures.hpp"
#include "app/sign_ups.hpp"
#include "app/start_plan.hpp"
#include "http/https_redirect.hpp"
#include "http/pipeline.hpp"
#include "keys/keyring.hpp"
#include "keys/operator_rows.hpp"
#include "keys/probe_reports.hpp"
#include "keys/quarantine.hpp"
#include "keys/rotation_answers.hpp"
#include "keys/usage_ledger.hpp"
#include "net/server.hpp"
#include "net/tls_context.hpp"
#include "proof/attestation.hpp"
#include "site/site.hpp"
#include "store/store.hpp"

namespace cogos::app {

/// The whole server, wired: the one place where everything is constructed, in the order of the members. Built
/// on one thread before the loop runs; throws std::runtime_error with a sentence for the operator.
class Application {
 public:
  /// `on_store_failure` is called from a thread of the store's when the disk has failed. All arguments must
  /// outlive the application.
  Application(StartPlan plan, boost::asio::io_context& io, Log& log, const Clock& clock, Random& random,
              std::function<void()> on_store_failure);
  Application(const Application&) = delete;
  Application& operator=(const Application&) = delete;
  ~Application();

  /// Binds and accepts; the server is ready when this returns.
  void start();
  /// Reads the certificate and the settings again; a bad one leaves the old one in force.
  void reload();
  /// Stops accepting and lets exchanges finish within the configured bound; `done` runs on the loop.
  void drain(std::function<void()> done);
  /// After the loop has ended: records the stop, makes it durable and closes the store. False where it could
  /// not.
  [[nodiscard]] bool close();

 private:
  [[nodiscard]] net::ServerOptions server_options();
  [[nodiscard]] net::ServerOptions redirect_options();
  void take_what_can_change();
  void reload_certificate();

  StartPlan plan_;
  Log& log_;
  const Clock& clock_;
  DefenceLog defence_log_;  // before the store, whose last callbacks use it
  DefenceFigures defence_figures_;
  store::Store store_;
  keys::Keyring keyring_;
  keys::RotationAnswers rotation_answers_;
  EverySecond sweep_;
  keys::UsageLedger ledger_;
  proof::AttestationSigner signer_;
  keys::OperatorRows operator_rows_;
  keys::Quarantine quarantine_;
  keys::ProbeReports probe_reports_;
  ClockGuard clock_guard_;
  Engines engines_;
  api::ModelCatalog catalog_;

  const std::shared_ptr<http::Budget> memory_;

  api::ChatCompletionsApi chat_;
  api::EmbeddingsApi embeddings_;
  api::SearchApi search_;
  api::ChatGroundedApi chat_grounded_;
  api::AccountApi account_;
  api::AuditApi audit_;
  api::AttestationKeysApi attestation_keys_;
  SignUps sign_ups_;
  site::Site site_;
  api::HealthApi health_;
  api::OpenApi openapi_;
  api::AdminKeysApi admin_keys_;
  api::AdminQuarantineApi admin_quarantine_;
  api::Decoys decoys_;
  api::RotateKeyApi rotate_key_;
  api::ProbeReportsApi probe_reports_api_;
  api::AdminPackagesApi admin_packages_;
  api::AdminUsageApi usage_;
  api::DeepHealthApi deep_health_;
  api::MetricsApi metrics_api_;
  http::Router router_;

  AccessLog access_log_;
  RequestFigures request_figures_;
  Stages stages_;
  http::Pipeline pipeline_;

  std::unique_ptr<net::TlsContexts> tls_;  // null where every listener is behind a front door
  net::Server server_;
  http::HttpsRedirect https_redirect_;
  net::Server redirect_server_;  // where server.redirect_listen is set
  Metrics metrics_;
  SettingsReload reload_;
};

}  // namespace cogos::app
