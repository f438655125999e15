// Capitalised runs, and what speaks for each being a person, an organisation or a place.
#include <algorithm>
#include <array>

#include "engine/builtin_candidates.hpp"
#include "engine/builtin_lists.hpp"

namespace cogos::engine::builtin {
namespace {

constexpr std::array<std::string_view, 50> kCompanyWords = {
    "inc",        "corp",       "corporation", "ltd",          "limited",  "llc",       "gmbh",
    "ag",         "plc",        "co",          "company",      "group",    "holdings",  "bank",
    "university", "college",    "institute",   "technologies", "systems",  "labs",      "solutions",
    "partners",   "airlines",   "airways",     "hospital",     "clinic",   "school",    "foundation",
    "agency",     "studios",    "industries",  "software",     "services", "sa",        "bv",
    "nv",         "oy",         "ab",          "kg",           "llp",      "ventures",  "capital",
    "associates", "consulting", "media",       "motors",       "pharma",   "insurance", "enterprises",
    "logistics"};
constexpr std::array<std::string_view, 12> kTitles = {"mr",        "mrs", "ms",   "miss",  "dr",    "prof",
                                                      "professor", "sir", "dame", "judge", "madam", "mx"};
constexpr std::array<std::string_view, 26> kPlaceCues = {
    "in",     "at",      "from",      "to",       "near",   "of",      "via",    "city",    "downtown",
    "visit",  "leaving", "departing", "arriving", "reach",  "into",    "toward", "towards", "around",
    "across", "outside", "between",   "weather",  "flight", "located", "based",  "born"};
constexpr std::array<std::string_view, 40> kPersonCues = {
    "by",     "i'm",       "am",       "is",      "dear",      "hi",      "hello",     "named",
    "called", "with",      "met",      "contact", "attn",      "regards", "sincerely", "ceo",
    "cfo",    "cto",       "director", "manager", "author",    "patient", "doctor",    "customer",
    "client", "president", "founder",  "chef",    "engineer",  "nurse",   "captain",   "coach",
    "player", "tenant",    "landlord", "judge",   "candidate", "thanks",  "cheers",    "for"};
constexpr std::array<std::string_view, 29> kCompanyVerbs = {
    "reported",     "announced", "posted",   "acquired", "launched", "recorded", "generated", "earned",
    "filed",        "employs",   "employed", "closed",   "ended",    "achieved", "delivered", "agreed",
    "disclosed",    "plans",     "expects",  "booked",   "raised",   "merged",   "operates",  "sells",
    "manufactures", "hires",     "hired",    "seeks",    "offers"};
constexpr std::array<std::string_view, 14> kPersonVerbs = {
    "said",  "says",   "wrote",   "writes", "joined",    "graduated", "lives",
    "works", "scored", "visited", "called", "presented", "asked",     "complained"};
/// Words that are capitalised for where they stand, not for what they name.
constexpr std::array<std::string_view, 74> kNotNames = {
    "i",         "monday",   "tuesday",  "wednesday", "thursday", "friday",  "saturday", "sunday",
    "january",   "february", "march",    "april",     "may",      "june",    "july",     "august",
    "september", "october",  "november", "december",  "dear",     "hi",      "hello",    "hey",
    "thanks",    "thank",    "regards",  "sincerely", "extract",  "return",  "please",   "find",
    "list",      "give",     "today",    "yesterday", "tomorrow", "ok",      "okay",     "however",
    "also",      "subject",  "re",       "fw",        "fwd",      "fy",      "usd",      "eur",
    "gbp",       "pm",       "am",       "utc",       "gmt",      "yes",     "no",       "total",
    "date",      "name",     "address",  "email",     "phone",    "invoice", "order",    "ceo",
    "cfo",       "cto",      "let",      "new",       "our",      "both",    "there",    "hours",
    "best",      "fiscal"};
constexpr std::array<std::string_view, 44> kRoles = {
    "engineer",   "manager",    "developer",     "analyst",    "director",    "designer",       "nurse",
    "teacher",    "consultant", "officer",       "assistant",  "scientist",   "architect",      "specialist",
    "intern",     "accountant", "administrator", "chef",       "coordinator", "technician",     "programmer",
    "researcher", "professor",  "lawyer",        "editor",     "writer",      "representative", "supervisor",
    "executive",  "ceo",        "cfo",           "cto",        "coo",         "president",      "electrician",
    "mechanic",   "cashier",    "driver",        "pharmacist", "recruiter",   "strategist",     "lead",
    "head",       "physician"};

class NameScanner {
 public:
  NameScanner(const Document& document, const std::vector<bool>& covered, std::vector<Span>& out)
      : doc_(document), covered_(covered), out_(out) {}

  void run() {
    for (std::uint32_t i = 0; i < doc_.size(); ++i) role(i);
    for (std::uint32_t i = 0; i < doc_.size();) {
      const std::uint32_t end = covered_[i] ? i : run_end(i);
      if (end > i) add({i, end});
      i = std::max(end, i + 1);
    }
  }

 private:
  bool starts_line_or_sentence(std::uint32_t i) const {
    return doc_.sentences()[doc_.at(i).sentence].begin == i || doc_.lines()[doc_.at(i).line].begin == i;
  }

  bool nameable(std::uint32_t i) const {
    if (i >= doc_.size() || doc_.at(i).kind != TokenKind::word || !doc_.at(i).capital || covered_[i])
      return false;
    const std::string word = doc_.lower_word(i);
    if (one_of(kNotNames, word)) return false;
    if (is_stop_word(word) && !(doc_.word(i).size() > 1 && doc_.word(i)[1] < 'a' && word.size() == 2))
      return false;
    return true;
  }

  /// End of the capitalised run that starts at `i`, or `i`.
  std::uint32_t run_end(std::uint32_t i) const {
    if (!nameable(i)) return i;
    // A capital that only a sentence's start asks for names nothing: an adverb, a verb, a plural that also
    // stands in small letters elsewhere.
    if (starts_line_or_sentence(i) && !nameable(i + 1) && ordinary(i)) return i;
    std::uint32_t end = i + 1;
    while (end < doc_.size() && doc_.at(end).line == doc_.at(i).line && end < i + 9) {
      const bool dot = doc_.mark(end, '.') && !doc_.at(end).spaced &&
                       doc_.at(end).sentence == doc_.at(end - 1).sentence &&
                       (doc_.word(end - 1).size() == 1 || one_of(kTitles, doc_.lower_word(end - 1)) ||
                        doc_.lower_word(end - 1) == "st");
      if (dot && nameable(end + 1)) {
        end += 2;
        continue;
      }
      if (doc_.at(end).sentence != doc_.at(i).sentence) break;
      const bool glue =
          (doc_.mark(end, '&') || doc_.mark(end, '-') || doc_.mark(end, '\'')) && nameable(end + 1);
      const std::string word = doc_.lower_word(end);
      const bool small = (word == "of" || word == "de" || word == "van" || word == "von" || word == "la" ||
                          word == "der" || word == "da") &&
                         nameable(end + 1) && doc_.at(end + 1).kind == TokenKind::word;
      if (glue || small) {
        end += 2;
      } else if (nameable(end) ||
                 (doc_.at(end).kind == TokenKind::word && doc_.at(end).capital && !doc_.at(end).spaced)) {
        ++end;
      } else if (doc_.mark(end, ',') && end + 1 < doc_.size() &&
                 one_of(kCompanyWords, doc_.lower_word(end + 1)) && nameable(end + 1)) {
        end += 2;
      } else {
        break;
      }
    }
    if (doc_.mark(end, '.') && !doc_.at(end).spaced && one_of(kCompanyWords, doc_.lower_word(end - 1)) &&
        doc_.lower_word(end - 1).size() <= 4 && end + 1 < doc_.size() &&
        doc_.at(end + 1).sentence == doc_.at(end).sentence) {
      ++end;
    }
    return end;
  }

  bool ordinary(std::uint32_t i) const {
    const std::string word = doc_.lower_word(i);
    if (word.ends_with("ly") || word.ends_with("ing")) return true;
    for (const std::uint32_t other : doc_.positions(stem(word))) {
      if (other != i && !doc_.at(other).capital) return true;
      if (other > i + 2000) break;
    }
    return false;
  }

  void add(Range range) {
    Span span{SpanKind::name, range};
    std::uint32_t first = range.begin;
    const std::string head = doc_.lower_word(first);
    const bool titled = one_of(kTitles, head);
    if (titled && range.end - range.begin > 1 && head != "dr" && head != "prof" && head != "professor") {
      span.range.begin = doc_.mark(first + 1, '.') ? first + 2 : first + 1;
    }
    static constexpr std::array<std::string_view, 22> kCallings = {
        "patient",  "customer", "client",  "author",    "director", "president", "founder",   "chef",
        "engineer", "nurse",    "captain", "coach",     "tenant",   "landlord",  "candidate", "contact",
        "doctor",   "manager",  "agent",   "applicant", "employee", "buyer"};
    const bool called = one_of(kCallings, head) && range.end - range.begin > 1;
    if (called) span.range.begin = first + 1;
    if (span.range.empty()) return;
    const auto strength = [](int value) { return static_cast<std::int8_t>(std::clamp(value, 0, 100)); };
    int person = titled ? 60 : called ? 40 : 0;
    int organisation = 0;
    int place = 0;
    for (std::uint32_t i = range.begin; i < range.end; ++i) {
      if (one_of(kCompanyWords, doc_.lower_word(i))) organisation += i + 1 >= range.end - 1 ? 60 : 30;
    }
    const std::uint32_t words = range.end - range.begin;
    if (words == 2 || words == 3) person += 15;
    const std::string before = range.begin > 0 && doc_.at(range.begin - 1).line == doc_.at(range.begin).line
                                   ? doc_.lower_word(range.begin - 1)
                                   : std::string();
    const std::string after = range.end < doc_.size() && doc_.at(range.end).line == doc_.at(range.begin).line
                                  ? doc_.lower_word(range.end)
                                  : std::string();
    if (one_of(kPlaceCues, before)) place += 30;
    if (one_of(kPersonCues, before)) person += 25;
    if (before == "at" || before == "joined" || before == "for") organisation += 25;
    if (one_of(kCompanyVerbs, after)) organisation += 40;
    if (one_of(kPersonVerbs, after)) person += 30;
    if (after == "," && one_of(kRoles, doc_.lower_word(range.end + 1))) person += 30;
    if (range.end + 1 < doc_.size() && after == "," && doc_.at(range.end + 1).kind == TokenKind::number)
      person += 10;
    if (doc_.word(range.begin).size() > 2 && doc_.lower_word(range.begin) != doc_.word(range.begin) &&
        doc_.word(range.begin)[1] < 'a' && static_cast<unsigned char>(doc_.word(range.begin)[1]) < 0x80) {
      person -= 20;  // an acronym
    }
    const auto last = doc_.word(range.end - 1);
    if (last.ends_with("'s") || last.ends_with("\xE2\x80\x99s")) organisation += 15;
    if (organisation >= 60) person = 0;
    span.person = strength(person);
    span.organisation = strength(organisation);
    span.place = strength(place);
    out_.push_back(span);
  }

  void role(std::uint32_t i) {
    if (doc_.at(i).kind != TokenKind::word || !one_of(kRoles, doc_.lower_word(i)) || doc_.at(i).instruction)
      return;
    std::uint32_t begin = i;
    const auto joins = [&](std::uint32_t k) {
      return doc_.at(k).kind == TokenKind::word && doc_.at(k).line == doc_.at(i).line &&
             doc_.at(k).sentence == doc_.at(i).sentence;
    };
    while (begin > 0 && i - begin < 4 && joins(begin - 1) && !is_stop_word(doc_.lower_word(begin - 1)) &&
           doc_.at(begin - 1).capital == doc_.at(i).capital &&
           !one_of(kNotNames, doc_.lower_word(begin - 1))) {
      --begin;
    }
    std::uint32_t end = i + 1;
    if (doc_.lower_word(end) == "of" && doc_.at(i).capital && end + 1 < doc_.size() &&
        doc_.at(end + 1).capital) {
      end += 2;
      while (end < doc_.size() && doc_.at(end).capital && joins(end)) ++end;
    }
    if (end < doc_.size() && one_of(kRoles, doc_.lower_word(end)))
      return;  // the later head word speaks for the run
    out_.push_back({SpanKind::role, {begin, end}});
  }

  const Document& doc_;
  const std::vector<bool>& covered_;
  std::vector<Span>& out_;
};

}  // namespace

void scan_names(const Document& document, const std::vector<bool>& covered, std::vector<Span>& out) {
  NameScanner(document, covered, out).run();
}

}  // namespace cogos::engine::builtin
