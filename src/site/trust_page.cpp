#include "site/trust_page.hpp"

#include <algorithm>
#include <array>

#include "site/document.hpp"
#include "site/grouped.hpp"
#include "site/probe_section.hpp"

namespace cogos::site {
namespace {

constexpr std::chrono::seconds kGoodFor{1};
constexpr std::size_t kShownKeys = 20;

Json to_json(const std::vector<Advisory>& all) {
  Json list = Json::array();
  for (const Advisory& one : all) {
    list.push_back({{"id", one.id},
                    {"published", one.published},
                    {"severity", one.severity},
                    {"summary", one.summary},
                    {"credit", one.credit}});
  }
  return list;
}

}  // namespace

std::string in_words(std::chrono::seconds span) {
  struct Unit {
    std::chrono::seconds length;
    std::string_view name;
  };
  static constexpr std::array<Unit, 4> units{{{std::chrono::days(1), " d"},
                                              {std::chrono::hours(1), " h"},
                                              {std::chrono::minutes(1), " min"},
                                              {std::chrono::seconds(1), " s"}}};
  std::string text;
  for (std::size_t i = 0; i < units.size(); ++i) {
    const auto count = span / units[i].length;
    if (count == 0 && text.empty() && i + 1 < units.size()) continue;
    const bool second = !text.empty();
    if (second) text += ' ';
    text.append(std::to_string(count)).append(units[i].name);
    if (second) break;
    span %= units[i].length;
  }
  return text;
}

TrustPage::TrustPage(const Renderer& renderer, const SiteOptions& options, const Sources& sources)
    : renderer_(renderer),
      sources_(sources),
      configured_{{"image_digest", options.image_digest},
                  {"has_advisories", !options.advisories.empty()},
                  {"advisories", to_json(options.advisories)}},
      started_(sources.clock.monotonic()) {}

void TrustPage::add_routes(http::Router& router) {
  router.add({"GET", "/trust", http::Realm::open, http::BodyKind::none,
              [this](http::Exchange& exchange) -> http::Task<Result<http::Response>> {
                const auto page = current();
                co_return page->answer(exchange.request);
              }});
}

std::shared_ptr<const http::Resource> TrustPage::current() {
  const std::lock_guard lock(mutex_);
  const Moment now = sources_.clock.monotonic();
  if (!page_ || now - made_ >= kGoodFor) {
    page_ = std::make_shared<const http::Resource>(
        make_document(kHtml, renderer_.render("trust", readings(now)), "no-store"));
    made_ = now;
  }
  return page_;
}

Json TrustPage::readings(Moment now) {
  const proof::LogHealth log = sources_.log.health();
  Json data = configured_;
  data["now"] = to_rfc3339(sources_.clock.now());
  data["uptime"] = in_words(std::chrono::duration_cast<std::chrono::seconds>(now - started_));
  data["kid"] = sources_.signer.kid();
  data["log"] = {{"chains", grouped(log.chains)},
                 {"rows", grouped(log.rows)},
                 {"last_commit", log.last_commit ? to_rfc3339(*log.last_commit) : std::string()},
                 {"writable", log.writable}};
  data["keys"] = key_rows();
  data["probes"] = probe_section(sources_.probes);
  const std::size_t older = keys_.size() - std::min(keys_.size(), kShownKeys);
  data["older_keys"] = older == 0 ? std::string() : grouped(older);
  return data;
}

Json TrustPage::key_rows() {
  const std::string& own = sources_.signer.kid();
  // Nothing is added while this process runs.
  if (keys_.empty() || keys_.back().kid != own) keys_ = sources_.attestation_keys.all();
  Json rows = Json::array();
  for (auto key = keys_.rbegin(); key != keys_.rend() && rows.size() < kShownKeys; ++key) {
    const std::string unended = key->kid == own ? "in use" : "not recorded: its process did not end in order";
    rows.push_back({{"kid", key->kid},
                    {"rev", key->rev},
                    {"from", to_rfc3339(key->started_at)},
                    {"until", key->ended_at ? to_rfc3339(*key->ended_at) : unended}});
  }
  return rows;
}

}  // namespace cogos::site
