#pragma once

#include "stages/ban_gate.hpp"
#include "stages/defence.hpp"
#include "stages/honeypot.hpp"
#include "stages/key_use_gate.hpp"
#include "stages/pipeline_fixture.hpp"
#include "support/memory_key_store.hpp"
#include "support/noted_events.hpp"

namespace cogos::stages {

/// The whole line with the defence in it. Decoys say which pattern they stand for.
class DefenceTest : public PipelineTest {
 protected:
  DefenceTest() {
    for (std::size_t i = 0; i < decoys.size(); ++i) {
      decoys[i] = {"*", "decoy", http::Realm::open, http::BodyKind::none,
                   [i](http::Exchange&) -> http::Task<Result<http::Response>> {
                     http::Response response;
                     response.body = http::to_text(static_cast<http::ScannerPattern>(i));
                     co_return response;
                   }};
    }
    gates_in_order({&ban, &honeypot, &authenticate, &key_use, &admin, &load, &body_gate});
    peer = "192.0.2.7";
  }

  std::vector<Json> parsed_rows(const proof::ChainId& chain) const {
    std::vector<Json> parsed;
    for (const auto& row : log.rows(chain)) parsed.push_back(base::parse_json(row).value());
    return parsed;
  }
  bool quarantined(const keys::MintedKey& key) const {
    return keyring.snapshot()->by_id(key.record.key_id)->quarantined_at.has_value();
  }
  int status_from(const std::string& address, http::Request what) {
    peer = address;
    return send(std::move(what)).status;
  }
  int use(const keys::MintedKey& key, const std::string& address = "192.0.2.7") {
    return status_from(address, with_bearer(request("POST", "/v1/chat/completions", "{}"), key));
  }
  int scan(const std::string& address = "192.0.2.7") { return status_from(address, request("GET", "/.env")); }

  HoneypotGate::Decoys decoys;
  Detector detector{{}, clock, random};
  keys::OperatorRows operator_rows{signer, random, std::nullopt};
  test::NotedEvents observer;
  test::MemoryKeyStore store{log};
  keys::Quarantine quarantine{{keyring, store, log, operator_rows, observer, clock}};
  BanRecorder bans{log, operator_rows, observer};
  Defence defence{{}, detector, bans, quarantine};
  BanGate ban{detector};
  HoneypotGate honeypot{decoys, true, defence, keyring, clock};
  KeyUseGate key_use{defence, quarantine};
};

}  // namespace cogos::stages
