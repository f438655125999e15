#include "app/engines.hpp"

#include <stdexcept>

#include "app/environment.hpp"
#include "engine/brave_search.hpp"
#include "engine/builtin_engine.hpp"
#include "engine/ollama_engine.hpp"
#include "engine/openai_engine.hpp"
#include "net/first_party.hpp"
#include "net/http_client.hpp"
#include "net/upstream_url.hpp"

namespace cogos::app {
namespace {

/// The key in the variable that `setting` names.
engine::UpstreamKey take_key(const std::string& setting, const std::string& variable) {
  return engine::UpstreamKey(std::string(take_required(setting, variable).reveal()));
}

engine::UpstreamOptions upstream_options(const Settings& settings) {
  engine::UpstreamOptions options;
  options.url = settings.inference.url;
  options.timeout = std::chrono::milliseconds{settings.inference.timeout_ms};
  const std::string& variable = settings.inference.api_key_env;
  if (!variable.empty()) options.api_key = take_key("inference.api_key_env", variable);
  return options;
}

}  // namespace

Result<void> check_upstream(const Settings& settings) {
  if (settings.inference.engine == "builtin") return {};
  return net::check_first_party(settings.inference.url, settings.inference.first_party_hosts);
}

Result<void> check_live_search(const Settings& settings) {
  const auto& search = settings.live_search;
  if (search.provider == "none") return {};
  if (search.api_key_env.empty()) {
    return Error(ErrorCode::invalid_request,
                 "live_search.provider = \"" + search.provider +
                     "\" needs live_search.api_key_env, the name of the variable with its key");
  }
  const auto url = net::parse_upstream_url(search.url);
  if (!url) return Error(ErrorCode::invalid_request, "live_search.url: " + url.error().message());
  if (net::keeps_secrets(*url)) return {};
  return Error(ErrorCode::invalid_request,
               "live_search.url must be https: questions and the key are not to travel in clear");
}

Engines::Engines(const Settings& settings, const Clock& clock) {
  make_inference(settings, clock);
  measured_ = std::make_unique<engine::MeasuredEngine>(*inference_, clock, figures_);
  make_search(settings, clock);
}

void Engines::make_search(const Settings& settings, const Clock& clock) {
  if (const auto sound = check_live_search(settings); !sound) {
    throw std::runtime_error(sound.error().message());
  }
  if (settings.live_search.provider == "none") {
    search_ = std::make_unique<engine::NoSearch>();
    return;
  }
  engine::SearchOptions options;
  options.url = settings.live_search.url;
  options.timeout = std::chrono::milliseconds{settings.live_search.timeout_ms};
  options.api_key = take_key("live_search.api_key_env", settings.live_search.api_key_env);
  search_client_ = std::make_unique<net::HttpClient>(clock);
  search_ = std::make_unique<engine::BraveSearch>(std::move(options), *search_client_);
}

void Engines::make_inference(const Settings& settings, const Clock& clock) {
  const std::string& name = settings.inference.engine;
  if (name == "builtin") {
    inference_ = std::make_unique<engine::BuiltinEngine>();
    return;
  }
  if (const auto first_party = check_upstream(settings); !first_party) {
    throw std::runtime_error(first_party.error().message());
  }
  net::HttpClientOptions client_options;
  client_options.extra_ca_file = settings.inference.ca_file;
  client_options.calls.max_calls = settings.inference.max_calls;
  client_options.calls.max_waiting = settings.inference.max_waiting_calls;
  client_options.calls.max_wait = std::chrono::milliseconds{settings.inference.max_wait_ms};
  client_options.max_idle_per_origin = settings.inference.max_calls;
  client_ = std::make_unique<net::HttpClient>(clock, std::move(client_options));
  if (name == "ollama") {
    inference_ = std::make_unique<engine::OllamaEngine>(upstream_options(settings), *client_);
  } else {
    inference_ = std::make_unique<engine::OpenAiEngine>(upstream_options(settings), *client_);
  }
}

Engines::~Engines() = default;

}  // namespace cogos::app
