#include "app/wiring.hpp"

#include "app/operator_sealing_key.hpp"
#include "app/process_key.hpp"
#include "base/build_info.hpp"
#include "net/ingress.hpp"

namespace cogos::app {
namespace {

/// Connections that are open at once without TLS, where they are sent on with one answer.
constexpr std::size_t kMaxRedirected = 256;

store::StoreOptions store_options(const Settings& settings, Log& log, std::function<void()> on_failure) {
  store::StoreOptions options;
  options.data_dir = settings.store.data_dir;
  options.min_free_bytes = std::uint64_t{settings.store.min_free_mb} << 20U;
  options.on_free_space = [&log](bool enough, std::uint64_t free) {
    const std::pair<std::string_view, Log::Value> field{"free_mb", static_cast<std::int64_t>(free >> 20U)};
    if (enough) {
      log.info("the disk has room again", {field});
    } else {
      log.error("the disk is nearly full; refusing what needs an audit row", {field});
    }
  };
  options.max_queued_writes = settings.limits.max_queued_rows;
  options.max_queued_reads = settings.limits.max_queued_reads;
  options.on_failure = [&log, on_failure = std::move(on_failure)](const Error& error) {
    log.error("the store failed; stopping", {{"reason", error.message()}, {"detail", error.detail()}});
    on_failure();
  };
  return options;
}

/// Loads what the store knows, once the DEK has proved to be the one that it was made with.
keys::Keyring load_keyring(store::Store& store, const keys::Dek& dek, Random& random) {
  dek.check_against(store.dek_check(), random).value();
  return {store.keys().load_keys(), store.keys().load_packages()};
}

std::unique_ptr<net::TlsContexts> load_tls(const Settings& settings, const Clock& clock, Random& random) {
  if (settings.server.listen.empty() && settings.admin.listen.empty()) return nullptr;
  return net::TlsContexts::load({settings.tls.cert_file, settings.tls.key_file}, clock, random).value();
}

stages::DefenceOptions defence_options(const Settings& settings) {
  return {settings.defence.quarantine == "enforce", http::Networks::parse(settings.defence.exempt).value()};
}

}  // namespace

Application::Application(StartPlan plan, boost::asio::io_context& io, Log& log, const Clock& clock,
                         Random& random, std::function<void()> on_store_failure)
    : plan_(std::move(plan)),
      log_(log),
      clock_(clock),
      defence_log_(log),
      defence_figures_(defence_log_),
      store_(store_options(plan_.settings, log, std::move(on_store_failure)), clock),
      keyring_(load_keyring(store_, plan_.dek, random)),
      rotation_answers_(keyring_, clock),
      sweep_(io,
             [this] {
               rotation_answers_.sweep();
               stages_.sweep();
             }),
      ledger_(clock, store_.charged_month()),
      signer_(crypto::Ed25519PrivateKey::generate(random), std::string(build_rev())),
      operator_rows_(signer_, random, read_operator_sealing_key(plan_.settings.operator_.sealing_key_file)),
      quarantine_({keyring_, store_.keys(), store_.audit_log(), operator_rows_, defence_figures_, clock}),
      probe_reports_(std::chrono::hours{plan_.settings.probes.interval_hours},
                     store_.operator_events(keys::ProbeReport::kEvent, keys::ProbeReports::kKept), clock),
      clock_guard_(io, clock, log, store_.audit_log(), operator_rows_),
      engines_(plan_.settings, clock),
      catalog_({{"cogos-tier-a", plan_.settings.inference.model_tier_a},
                {"cogos-tier-b", plan_.settings.inference.model_tier_b}}),
      memory_(std::make_shared<http::Budget>(plan_.settings.limits.max_buffered_bytes)),
      chat_(engines_.inference(), catalog_, keyring_, *memory_, clock),
      embeddings_(engines_.inference(), catalog_, keyring_, clock),
      search_(engines_.search(), clock),
      chat_grounded_({engines_.inference(), engines_.search(), catalog_, keyring_, clock}),
      account_(keyring_, catalog_, clock),
      audit_(store_.audit_log(), signer_, clock),
      attestation_keys_(store_.attestation_keys(), signer_),
      sign_ups_(plan_.settings, {store_.entitlements(), keyring_, plan_.dek, operator_rows_, clock, random}),
      site_(plan_.site, {build_rev(),
                         keyring_,
                         {store_.operator_log(), store_.attestation_keys(), signer_, probe_reports_, clock},
                         sign_ups_.sign_up()}),
      health_(store_.audit_log(), site_.health_page()),
      openapi_(build_rev(), plan_.settings.server.origin),
      admin_keys_({store_.keys(), keyring_, plan_.dek, operator_rows_, clock, random}),
      admin_quarantine_(quarantine_, keyring_, clock),
      decoys_(quarantine_),
      rotate_key_({store_.keys(), keyring_, rotation_answers_, plan_.dek, operator_rows_, clock, random}),
      probe_reports_api_({probe_reports_, store_.audit_log(), operator_rows_, clock}),
      admin_packages_(store_.packages(), keyring_, operator_rows_),
      usage_(store_.operator_log(), clock),
      deep_health_(store_.operator_log(), engines_.inference(),
                   [&log](std::string_view check, std::string_view what) {
                     log.warn("a health check failed", {{"check", check}, {"what", what}});
                   }),
      metrics_api_([this] { return metrics_.text(); }),
      access_log_(log, clock),
      stages_({keyring_,
               store_.keys(),
               store_.spent_signatures(clock.now()),
               ledger_,
               plan_.dek,
               signer_,
               store_.audit_log(),
               plan_.admin_key,
               operator_rows_,
               defence_figures_,
               quarantine_,
               defence_options(plan_.settings),
               decoys_.routes(),
               plan_.settings.defence.honeypots,
               plan_.settings.limits.max_pending_requests,
               {plan_.settings.limits.peer_rpm, plan_.settings.limits.admin_peer_rpm},
               !plan_.settings.admin.listen.empty(),
               http::Networks::parse(plan_.settings.admin.allow_from).value(),
               plan_.settings.server.origin,
               plan_.settings.stripe.checkout_origin,
               clock,
               random}),
      pipeline_(stages_.in_order(router_, site_.error_face(), {&access_log_, &request_figures_}, memory_)),
      tls_(load_tls(plan_.settings, clock, random)),
      server_(io, pipeline_, clock, random, tls_.get(), server_options()),
      https_redirect_({plan_.settings.server.origin,
                       pipeline_,
                       stages_.security_headers(),
                       {&access_log_, &request_figures_},
                       clock}),
      redirect_server_(io, https_redirect_, clock, random, nullptr, redirect_options()),
      metrics_({request_figures_, defence_figures_, engines_.figures(),
                std::string(engines_.inference().name()), [this] { return store_.status(); },
                [this] { return server_.connections(); }, [this] { return stages_.pending(); }}),
      reload_(plan_.settings, plan_.read_again, log, clock) {
  chat_.add_routes(router_);
  embeddings_.add_routes(router_);
  search_.add_routes(router_);
  chat_grounded_.add_routes(router_);
  account_.add_routes(router_);
  audit_.add_routes(router_);
  attestation_keys_.add_routes(router_);
  site_.add_routes(router_);
  health_.add_routes(router_);
  openapi_.add_routes(router_);
  admin_keys_.add_routes(router_);
  admin_quarantine_.add_routes(router_);
  rotate_key_.add_routes(router_);
  probe_reports_api_.add_routes(router_);
  admin_packages_.add_routes(router_);
  usage_.add_routes(router_);
  deep_health_.add_routes(router_);
  metrics_api_.add_routes(router_);
  sign_ups_.add_routes(router_);
  router_.for_each([this](const http::Route& route) { request_figures_.know(route); });
  for (const http::Route& decoy : decoys_.routes()) request_figures_.know(decoy);
  take_what_can_change();
}

Application::~Application() {
  // What the store still has to report goes to members that are gone before it.
  store_.close();
}

net::ServerOptions Application::server_options() {
  const auto& settings = plan_.settings;
  const auto ms = [](std::uint32_t count) { return std::chrono::milliseconds{count}; };
  net::ServerOptions options;
  options.tls_listen = settings.server.listen;
  options.operators_listen = settings.admin.listen;
  options.plaintext_listen = settings.ingress.plaintext_listen;
  options.trusted_proxies = http::Networks::parse(settings.ingress.trusted_proxies).value();
  options.max_connections = settings.limits.max_connections;
  options.memory = memory_;
  options.limits.max_header_bytes = settings.limits.max_header_bytes;
  options.limits.max_target_bytes = settings.limits.max_target_bytes;
  options.limits.max_body_bytes = settings.limits.max_body_bytes;
  options.limits.header_timeout = ms(settings.limits.header_timeout_ms);
  options.limits.request_timeout = ms(settings.limits.request_timeout_ms);
  options.limits.idle_timeout = ms(settings.limits.idle_timeout_ms);
  options.warn = [this](std::string_view what) { log_.warn("server", {{"what", what}}); };
  return options;
}

net::ServerOptions Application::redirect_options() {
  net::ServerOptions options = server_options();
  options.public_plaintext_listen = plan_.settings.server.redirect_listen;
  options.tls_listen = options.operators_listen = options.plaintext_listen = {};
  options.max_connections = kMaxRedirected;
  options.limits.max_body_bytes = 0;
  options.limits.idle_timeout = options.limits.header_timeout;
  return options;
}

void Application::start() {
  const auto newest_row = store_.newest_row();
  // On record before the first receipt can be signed with it.
  record_process_key(signer_, store_.attestation_keys(), operator_rows_, clock_);
  clock_guard_.start(newest_row);
  sweep_.start();
  server_.start();
  redirect_server_.start();
  log_.info("ready", {{"rev", build_rev()},
                      {"signer_kid", signer_.kid()},
                      {"engine", engines_.inference().name()},
                      {"tls_port", std::int64_t{server_.tls_port()}},
                      {"operators_port", std::int64_t{server_.operators_port()}},
                      {"plaintext_port", std::int64_t{server_.plaintext_port()}},
                      {"redirect_port", std::int64_t{redirect_server_.public_plaintext_port()}}});
}

void Application::take_what_can_change() {
  reload_.on_change({"limits.peer_rpm", "limits.admin_peer_rpm"}, [this](const Settings& settings) {
    stages_.limit_peers({settings.limits.peer_rpm, settings.limits.admin_peer_rpm});
  });
  reload_.on_change({"admin.allow_from"}, [this](const Settings& settings) {
    stages_.let_operate_from(http::Networks::parse(settings.admin.allow_from).value());
  });
  reload_.on_change({"defence.quarantine", "defence.exempt"},
                    [this](const Settings& settings) { stages_.defend(defence_options(settings)); });
  reload_.on_change({"defence.honeypots"},
                    [this](const Settings& settings) { stages_.show_decoys(settings.defence.honeypots); });
  reload_.on_change({"log.level"}, [this](const Settings& settings) { log_.set_level(settings.log.level); });
}

void Application::reload() {
  reload_certificate();
  reload_.reload();
}

void Application::reload_certificate() {
  if (!tls_) return;
  const auto reloaded = tls_->reload();
  if (reloaded) {
    log_.info("certificate reloaded");
  } else {
    log_.error("certificate not reloaded; the old one stays in force",
               {{"reason", reloaded.error().message()}});
  }
}

void Application::drain(std::function<void()> done) {
  const std::chrono::milliseconds bound{plan_.settings.server.drain_ms};
  // One after the other, so that `done` comes once: what is open at the second has nothing to wait for.
  redirect_server_.stop_accepting();
  server_.drain(bound, [this, done = std::move(done)]() mutable {
    redirect_server_.drain(std::chrono::milliseconds{0}, std::move(done));
  });
}

bool Application::close() {
  const auto recorded = record_process_end(signer_, store_.attestation_keys(), operator_rows_, clock_);
  if (!recorded) log_.error("the stop could not be recorded", {{"detail", recorded.error().detail()}});
  store_.close();
  rotation_answers_.clear();
  return recorded.has_value();
}

}  // namespace cogos::app
