#include "store/index_columns.hpp"

#include <charconv>

#include "base/json.hpp"

namespace cogos::store {
namespace {

/// Walks through one canonical JSON object. Each call gives false where the text is of another form.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : rest_(text) {}

  bool skip(char wanted) {
    if (rest_.empty() || rest_.front() != wanted) return false;
    rest_.remove_prefix(1);
    return true;
  }

  /// A string with its quotes, as it stands.
  bool string(std::string_view& raw) {
    if (rest_.empty() || rest_.front() != '"') return false;
    for (std::size_t i = 1; i < rest_.size(); ++i) {
      if (rest_[i] == '\\') {
        ++i;
      } else if (rest_[i] == '"') {
        return take(i + 1, raw);
      }
    }
    return false;
  }

  /// A string, a flat object, or a word: number, true, false, null.
  bool value(std::string_view& raw) {
    if (rest_.empty()) return false;
    if (rest_.front() == '"') return string(raw);
    if (rest_.front() == '{') return object(raw);
    return take(rest_.find_first_of(",}"), raw);
  }

  [[nodiscard]] bool at_end() const { return rest_.empty(); }

 private:
  bool object(std::string_view& raw) {
    const std::string_view start = rest_;
    if (!skip('{')) return false;
    std::string_view ignored;
    while (!skip('}')) {
      if (!string(ignored) || !skip(':') || !string(ignored)) return false;
      skip(',');
    }
    raw = start.substr(0, start.size() - rest_.size());
    return true;
  }

  bool take(std::size_t size, std::string_view& raw) {
    if (size == std::string_view::npos) return false;
    raw = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return true;
  }

  std::string_view rest_;
};

bool read(std::string_view raw, std::string& out) {
  if (raw.size() < 2 || raw.front() != '"') return false;
  const std::string_view inner = raw.substr(1, raw.size() - 2);
  if (inner.find('\\') == std::string_view::npos) {
    out = inner;
    return true;
  }
  const auto parsed = base::parse_json(raw);
  if (!parsed || !parsed->is_string()) return false;
  out = parsed->get<std::string>();
  return true;
}

bool read(std::string_view raw, std::optional<std::string>& out) {
  if (raw == "null") return true;
  return read(raw, out.emplace());
}

bool read(std::string_view raw, std::uint64_t& out) {
  const auto [end, error] = std::from_chars(raw.data(), raw.data() + raw.size(), out);
  return error == std::errc() && end == raw.data() + raw.size();
}

bool read(std::string_view raw, TimePoint& out) {
  std::string text;
  if (!read(raw, text)) return false;
  const auto time = from_rfc3339(text);
  if (time) out = *time;
  return time.has_value();
}

/// A core being read: some columns follow from several members.
struct CoreInProgress : CoreView {
  bool has_model = false;
  bool has_live_search = false;
};

bool take_member(std::string_view name, std::string_view raw, CoreInProgress& core) {
  IndexColumns& columns = core.columns;
  if (name == "\"seq\"") return read(raw, columns.seq);
  if (name == "\"ts\"") return read(raw, columns.ts);
  if (name == "\"http_status\"") return read(raw, columns.http_status);
  if (name == "\"prompt_tokens\"") return read(raw, columns.prompt_tokens);
  if (name == "\"completion_tokens\"") return read(raw, columns.completion_tokens);
  if (name == "\"key_id\"") return read(raw, columns.key_id);
  if (name == "\"status\"") return read(raw, columns.status);
  if (name == "\"package_id\"") return read(raw, columns.package_id);
  if (name == "\"model\"") core.has_model = raw != "null";
  if (name == "\"live_search\"") core.has_live_search = raw != "null";
  if (name == "\"content_hash\"") return raw == "null" || read(raw, core.content_hash);
  if (name == "\"detail\"" && raw != "null") core.detail = raw;
  return true;
}

}  // namespace

IndexColumns index_columns(const proof::RowDraft& draft, std::uint64_t seq, TimePoint ts) {
  const bool charged =
      proof::is_charged({draft.status, draft.http_status, draft.prompt_tokens + draft.completion_tokens,
                         draft.model.has_value(), draft.live_search.has_value()});
  return {seq,
          ts,
          draft.http_status,
          draft.prompt_tokens,
          draft.completion_tokens,
          draft.key_id,
          draft.status,
          draft.package_id,
          charged};
}

std::optional<CoreView> read_core(std::string_view core) {
  CoreInProgress view;
  Scanner scanner(core);
  std::string_view name;
  std::string_view value;
  if (!scanner.skip('{')) return std::nullopt;
  do {
    if (!scanner.string(name) || !scanner.skip(':') || !scanner.value(value)) return std::nullopt;
    if (!take_member(name, value, view)) return std::nullopt;
  } while (scanner.skip(','));
  if (!scanner.skip('}') || !scanner.at_end()) return std::nullopt;
  IndexColumns& columns = view.columns;
  columns.charged = proof::is_charged({columns.status, columns.http_status,
                                       columns.prompt_tokens + columns.completion_tokens, view.has_model,
                                       view.has_live_search});
  return std::move(static_cast<CoreView&>(view));
}

}  // namespace cogos::store
