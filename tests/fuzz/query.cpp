// Queries of request targets: a refusal is a 400, and a number that is read lies in its range.
#include "http/query.hpp"

#include "fuzz.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using cogos::fuzz::expect;
  const auto query = cogos::http::Query::parse(cogos::fuzz::text(data, size));
  if (!query) {
    expect(query.error().code() == cogos::ErrorCode::invalid_request, "a refusal is a 400, never a 500");
    return 0;
  }
  const auto form = cogos::http::Query::parse_form(cogos::fuzz::text(data, size));
  expect(form || form.error().code() == cogos::ErrorCode::invalid_request, "a refusal is a 400, never a 500");
  const auto limit = query->number("limit", 1000);
  expect(!limit || !*limit || **limit <= 1000, "a number is within its range");
  static_cast<void>(query->text("app_id"));
  return 0;
}
