#include "site/renderer.hpp"

#include <kainjow/mustache.hpp>
#include <mutex>
#include <stdexcept>

#include "site/embedded.hpp"

namespace cogos::site {
namespace {

namespace mustache = kainjow::mustache;

constexpr std::string_view kEnding = ".mustache";
constexpr int kMaxPartials = 100;

std::logic_error bad_template(std::string_view name, const std::string& what) {
  return std::logic_error("template " + std::string(name) + ": " + what);
}

std::string_view template_text(std::string_view name) {
  return base::embedded_file(embedded_files(), std::string(name).append(kEnding));
}

/// Puts the partials' text where they are named: once, instead of at each rendering.
std::string with_partials(std::string text, std::string_view page, std::string_view body) {
  constexpr std::string_view kOpen = "{{>";
  for (int count = 0;; ++count) {
    const auto start = text.find(kOpen);
    if (start == std::string::npos) return text;
    const auto end = text.find("}}", start);
    if (end == std::string::npos || count == kMaxPartials)
      throw bad_template(page, "partials without an end");
    const std::string name = text.substr(start + kOpen.size(), end - start - kOpen.size());
    const std::string_view part = name == "page" ? body : template_text("_" + name);
    text.replace(start, end + 2 - start, part);
  }
}

/// Takes `name: value` and its line end off the front.
std::string take_line(std::string_view& text, std::string_view page, std::string_view name) {
  const auto end = text.find('\n');
  if (end == std::string_view::npos || !text.starts_with(std::string(name) + ": ")) {
    throw bad_template(page, "begins without its " + std::string(name));
  }
  std::string value(text.substr(name.size() + 2, end - name.size() - 2));
  text.remove_prefix(end + 1);
  return value;
}

mustache::data to_data(const Json& value) {
  if (value.is_string()) {
    const auto& text = value.get_ref<const std::string&>();
    if (text.empty()) return {false};
    return {text};
  }
  if (value.is_boolean()) return {value.get<bool>()};
  if (value.is_number()) return {value.dump()};
  if (value.is_array()) {
    mustache::data list(mustache::data::type::list);
    for (const Json& item : value) list.push_back(to_data(item));
    return list;
  }
  if (value.is_object()) {
    mustache::data object(mustache::data::type::object);
    for (const auto& [name, member] : value.items()) object.set(name, to_data(member));
    return object;
  }
  return {false};
}

/// Finds names from the inside out, and insists that they are there.
class Strict final : public mustache::basic_context<std::string> {
 public:
  explicit Strict(std::string_view page) : page_(page) {}

  void push(const mustache::data* data) override { scopes_.push_back(data); }
  void pop() override { scopes_.pop_back(); }

  const mustache::data* get(const std::string& name) const override {
    if (name == ".") return scopes_.back();
    const auto path = mustache::split(name, '.');
    for (auto scope = scopes_.rbegin(); scope != scopes_.rend(); ++scope) {
      const mustache::data* found = *scope;
      for (const std::string& step : path) found = found ? found->get(step) : nullptr;
      if (found) return found;
    }
    throw bad_template(page_, "nothing is called " + name);
  }
  const mustache::data* get_partial(const std::string& name) const override { return get(name); }

 private:
  std::string_view page_;
  std::vector<const mustache::data*> scopes_;
};

/// What no text of a page may hold: HTML knows no control characters but white space.
std::string escape(const std::string& value) {
  std::string text = mustache::html_escape(value);
  for (char& c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if ((byte < 0x20 && c != '\n' && c != '\t') || byte == 0x7f) c = ' ';
  }
  return text;
}

}  // namespace

class Renderer::Page {
 public:
  explicit Page(std::string name) : name_(std::move(name)), template_(read()) {
    template_.set_custom_escape(&escape);
    if (!template_.is_valid()) throw bad_template(name_, template_.error_message());
  }

  std::string render(Json data) {
    data["title"] = title_;
    data["description"] = description_;
    for (Json& link : data["nav"]) link["current"] = link["page"] == name_;
    const mustache::data values = to_data(data);
    Strict context(name_);
    context.push(&values);
    // The library notes its errors in the template itself.
    const std::lock_guard lock(mutex_);
    return template_.render(context);
  }

 private:
  std::string read() {
    std::string_view body = template_text(name_);
    title_ = take_line(body, name_, "title");
    description_ = take_line(body, name_, "description");
    std::string whole = with_partials(std::string(template_text("_layout")), name_, body);
    if (whole.find("{{{") != std::string::npos || whole.find("{{&") != std::string::npos ||
        whole.find("{{=") != std::string::npos) {
      throw bad_template(name_, "a value that is not escaped, or other marks");
    }
    return whole;
  }

  std::string name_;
  std::string title_;
  std::string description_;
  std::mutex mutex_;
  mustache::mustache template_;
};

Renderer::Renderer(Json common) : common_(std::move(common)) {
  for (const base::EmbeddedFile& file : embedded_files()) {
    if (!file.name.ends_with(kEnding) || file.name.starts_with('_')) continue;
    std::string name(file.name.substr(0, file.name.size() - kEnding.size()));
    pages_.emplace(name, std::make_unique<Page>(name));
  }
}

Renderer::~Renderer() = default;

std::string Renderer::render(std::string_view page, const Json& data) const {
  const auto found = pages_.find(page);
  if (found == pages_.end()) throw bad_template(page, "there is none");
  Json values = common_;
  values.update(data);
  return found->second->render(std::move(values));
}

}  // namespace cogos::site
