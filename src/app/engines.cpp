#include "app/engines.hpp"

#include <stdexcept>

#include "app/environment.hpp"
#include "engine/builtin_engine.hpp"
#include "engine/ollama_engine.hpp"
#include "engine/openai_engine.hpp"
#include "net/first_party.hpp"
#include "net/http_client.hpp"

namespace cogos::app {
namespace {

engine::UpstreamOptions upstream_options(const Settings& settings) {
  engine::UpstreamOptions options;
  options.url = settings.inference.url;
  options.timeout = std::chrono::milliseconds{settings.inference.timeout_ms};
  const std::string& variable = settings.inference.api_key_env;
  if (variable.empty()) return options;
  const auto key = take_from_environment(variable);
  if (!key) throw std::runtime_error("inference.api_key_env names " + variable + ", which is not set");
  options.api_key = engine::UpstreamKey(std::string(key->reveal()));
  return options;
}

}  // namespace

Result<void> check_upstream(const Settings& settings) {
  if (settings.inference.engine == "builtin") return {};
  return net::check_first_party(settings.inference.url, settings.inference.first_party_hosts);
}

Engines::Engines(const Settings& settings, const Clock& clock) {
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
