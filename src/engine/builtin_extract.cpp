#include "engine/builtin_extract.hpp"

#include "engine/builtin_fill.hpp"
#include "engine/schema_validator.hpp"

namespace cogos::engine::builtin {
namespace {

enum class Reach { user, with_system, all };

std::string gather(std::span<const Message> messages, Reach reach) {
  std::string out;
  for (const auto& message : messages) {
    const bool user = message.role == "user";
    const bool system = message.role == "system" || message.role == "developer";
    if (!user && reach == Reach::user) continue;
    if (!user && !system && reach == Reach::with_system) continue;
    if (!out.empty()) out += '\n';
    out += message.content;
  }
  return out;
}

Error unsatisfiable(const std::string& missing) {
  const std::string what =
      missing.empty() ? std::string("what the schema asks for") : "a value for \"" + missing + "\"";
  return Error(ErrorCode::schema_unsatisfiable, "The conversation does not contain " + what +
                                                    ", which the schema requires. The builtin engine only "
                                                    "extracts what the text says: add it to the "
                                                    "messages, or make the property optional or nullable.")
      .with_param(missing);
}

}  // namespace

Result<Json> extract(const Json& schema, std::span<const Message> messages) {
  const auto validator = SchemaValidator::compile(schema);
  if (!validator) return validator.error();
  std::optional<Json> found;
  std::string missing;
  bool empty_candidate = false;
  std::string previous;
  for (const Reach reach : {Reach::user, Reach::with_system, Reach::all}) {
    std::string text = gather(messages, reach);
    if (reach != Reach::user && text == previous) continue;
    previous = text;
    const Document document(std::move(text));
    const Candidates candidates = find_candidates(document);
    const Finder finder(document, candidates);
    SchemaView view(schema);
    Filler filler(finder, view);
    if (document.size() == 0) continue;
    Filled filled = filler.fill("", schema, Scope{document.all(), false, true}, {}, 0);
    if (filled.value && validator->validate(*filled.value)) {
      if (filled.found > 0) return std::move(*filled.value);
      if (!empty_candidate) found = std::move(filled.value);
      empty_candidate = true;
    } else if (missing.empty()) {
      missing = filled.missing;
    }
  }
  if (found) return std::move(*found);
  return unsatisfiable(missing);
}

}  // namespace cogos::engine::builtin
