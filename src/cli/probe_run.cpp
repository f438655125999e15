#include "cli/probe_run.hpp"

#include <algorithm>

#include "base/utf8.hpp"
#include "cli/report.hpp"

namespace cogos::cli {
namespace {

constexpr std::size_t kMaxDetail = 200;

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool same_name(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](char x, char y) { return lower(x) == lower(y); });
}

/// What a server said, fit for a line of a report whatever it said. Bytes are no fewer than characters.
std::string fit(std::string_view text) {
  std::string out = printable(text);
  if (!base::is_utf8(out)) {
    std::replace_if(
        out.begin(), out.end(), [](char c) { return static_cast<unsigned char>(c) >= 0x80; }, '?');
  }
  if (out.size() <= kMaxDetail) return out;
  std::size_t end = kMaxDetail - 3;
  while (end > 0 && (static_cast<unsigned char>(out[end]) & 0xc0U) == 0x80U) --end;
  return out.substr(0, end) + "...";
}

}  // namespace

std::optional<std::string_view> ProbeAnswer::header(std::string_view name) const noexcept {
  for (const auto& [field, value] : headers) {
    if (same_name(field, name)) return value;
  }
  return std::nullopt;
}

std::size_t ProbeAnswer::count(std::string_view name) const noexcept {
  return static_cast<std::size_t>(std::count_if(
      headers.begin(), headers.end(), [name](const auto& field) { return same_name(field.first, name); }));
}

Verdict pass(std::string detail) {
  return {true, std::move(detail)};
}

Verdict fail(std::string detail) {
  return {false, std::move(detail)};
}

std::string in_words(const ProbeAnswer& answer) {
  return "status " + std::to_string(answer.status);
}

bool ProbeRun::check(std::string name, const std::function<Verdict()>& look) {
  const auto before = clock_.monotonic();
  const Verdict verdict = look();
  const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(clock_.monotonic() - before);
  results_.push_back(
      {std::move(name), verdict.ok, static_cast<std::uint64_t>(took.count()), fit(verdict.detail)});
  return verdict.ok;
}

bool ProbeRun::check(std::string name, const ProbeRequest& request,
                     const std::function<Verdict(const ProbeAnswer&)>& look) {
  return check(std::move(name), [&] {
    const auto answer = send(request);
    return answer ? look(*answer) : fail(answer.error().message());
  });
}

void ProbeRun::skip(std::string name, std::string why) {
  skipped_.push_back({std::move(name), std::move(why)});
}

ProbeRequest ProbeRun::get(std::string target, std::string accept) const {
  ProbeRequest request;
  request.origin = origin_;
  request.target = std::move(target);
  request.headers.emplace_back("Accept", std::move(accept));
  return request;
}

std::string ProbeRun::unknown_path(std::string_view below) const {
  return std::string(below) + "/no-such-path-" + run_id_;
}

std::size_t ProbeRun::failures() const noexcept {
  return static_cast<std::size_t>(
      std::count_if(results_.begin(), results_.end(), [](const CheckResult& one) { return !one.ok; }));
}

}  // namespace cogos::cli
