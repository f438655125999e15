#include "store/audit_store.hpp"

#include <thread>

#include "store/errors.hpp"

namespace cogos::store {

void AuditStore::append(proof::RowDraft draft, Appended done) {
  writer_.submit({std::move(draft), nullptr, std::move(done)});
}

void AuditStore::remember(const SpentSignature& spent, Remembered done) {
  auto mutation = [this, spent](const proof::ChainHead&) -> Result<void> {
    spent_.add(spent);
    spent_.trim(clock_.now());
    return {};
  };
  writer_.submit(
      {std::nullopt, std::move(mutation), [done = std::move(done)](const Result<proof::ChainHead>& made) {
         done(made ? Result<void>() : Result<void>(made.error()));
       }});
}

std::optional<proof::ChainHead> AuditStore::head(const proof::ChainId& chain) const {
  auto known = heads_.find(chain);
  return known ? std::optional(std::move(known->head)) : std::nullopt;
}

std::map<std::string, proof::ChainHead> AuditStore::heads(std::string_view tenant_id) const {
  return heads_.of_tenant(tenant_id);
}

void AuditStore::read(proof::AuditQuery query, PageRead done) {
  if (query.after_seq && !query.app_id) {
    return done(Error(ErrorCode::invalid_request, "after_seq needs app_id").with_param("after_seq"));
  }
  readers_.submit([this, query = std::move(query), done = std::move(done)](ReadConnection* connection) {
    if (connection == nullptr) return done(overloaded("the readers' queue is full or closed"));
    Result<proof::AuditPage> page = overloaded({});
    try {
      page = settled_page(connection->pages, query);
    } catch (const StoreError& error) {
      page = Error(ErrorCode::audit_unavailable,
                   "The audit log cannot be read at the moment. Try again later.", error.what());
    }
    done(std::move(page));
  });
}

proof::AuditPage AuditStore::settled_page(PageQuery& pages, const proof::AuditQuery& query) {
  const TimePoint settled = mark_.settle(clock_.now());
  proof::AuditPage page = pages.read(query);
  page.settled_before = settled;
  if (query.after_seq || page.rows.empty() || page.rows.back().ts < settled) return page;

  // The page reaches into what may still be written to. Its end becomes the end of what is looked at, the
  // mark goes there, and the page is read again: up to its end nothing is missing now, and with the clock
  // past that millisecond nothing will come into it either.
  const TimePoint last = page.rows.back().ts;
  const bool more = page.more;
  const TimePoint now = clock_after(last);
  const TimePoint settled_now = mark_.settle(last, now);
  page = pages.read(query, last);
  page.settled_before = settled_now;
  page.more = page.more || more;
  return page;
}

TimePoint AuditStore::clock_after(TimePoint last) const {
  // Half a millisecond, six times: enough for the millisecond that runs, and bounded where the clock stands
  // still or has run back.
  constexpr auto kWait = std::chrono::microseconds{500};
  constexpr int kTries = 6;
  TimePoint now = clock_.now();
  for (int tries = 0; tries < kTries && now <= last && last - now < 3 * std::chrono::milliseconds{1};
       ++tries) {
    std::this_thread::sleep_for(kWait);
    now = clock_.now();
  }
  return now;
}

}  // namespace cogos::store
