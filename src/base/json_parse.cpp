#include <algorithm>
#include <vector>

#include "base/json.hpp"

namespace cogos::base {
namespace {

/// Builds the value while it enforces what nlohmann's own DOM builder lets pass: duplicate members and depth.
class StrictBuilder final : public nlohmann::json_sax<Json> {
 public:
  bool null() override { return put(nullptr); }
  bool boolean(bool value) override { return put(value); }
  bool number_integer(number_integer_t value) override { return put(value); }
  bool number_unsigned(number_unsigned_t value) override { return put(value); }
  bool number_float(number_float_t value, const string_t& /*spelling*/) override { return put(value); }
  bool string(string_t& value) override { return put(std::move(value)); }
  bool binary(binary_t& /*value*/) override { return false; }

  bool start_object(std::size_t /*size*/) override { return open(Json::object()); }
  bool key(string_t& name) override {
    Json& object = *open_.back();
    const auto [place, added] = object.get_ref<Json::object_t&>().try_emplace(name);
    if (!added) {
      problem_ = "the member \"" + name.substr(0, 64) + "\" appears twice in one object; send it once";
      return false;
    }
    slot_ = &place->second;
    return true;
  }
  bool end_object() override { return close(); }
  bool start_array(std::size_t /*size*/) override { return open(Json::array()); }
  bool end_array() override { return close(); }

  bool parse_error(std::size_t position, const std::string& /*token*/,
                   const nlohmann::detail::exception& error) override {
    const bool too_large = error.id == 406;  // out_of_range.406: not representable as a double
    problem_ = too_large ? "a number is beyond the range of a double" : "not valid JSON";
    problem_ += " at byte " + std::to_string(position);
    return false;
  }

  [[nodiscard]] Json take() { return std::move(root_); }
  [[nodiscard]] const std::string& problem() const noexcept { return problem_; }

 private:
  template <class Value>
  bool put(Value&& value) {
    place(Json(std::forward<Value>(value)));
    return true;
  }

  /// Stores `value` where the text now stands; the result stays valid until its container grows, and only
  /// the innermost open container grows.
  Json& place(Json value) {
    if (open_.empty()) return root_ = std::move(value);
    if (open_.back()->is_array()) {
      auto& items = open_.back()->get_ref<Json::array_t&>();
      return items.emplace_back(std::move(value));
    }
    return *slot_ = std::move(value);
  }

  bool open(Json container) {
    if (open_.size() >= kMaxJsonDepth) {
      problem_ = "nested deeper than " + std::to_string(kMaxJsonDepth) + " levels";
      return false;
    }
    open_.push_back(&place(std::move(container)));
    return true;
  }

  bool close() {
    open_.pop_back();
    return true;
  }

  Json root_;
  std::vector<Json*> open_;
  Json* slot_ = nullptr;
  std::string problem_;
};

}  // namespace

Result<Json> parse_json(std::string_view text) {
  // nlohmann skips a byte-order mark; RFC 8259 §8.1 lets a parser refuse it, and one spelling is enough.
  if (text.starts_with("\xEF\xBB\xBF")) {
    return Error{ErrorCode::invalid_request, "the JSON starts with a byte-order mark; send plain UTF-8"};
  }
  StrictBuilder builder;
  if (!Json::sax_parse(text.begin(), text.end(), &builder)) {
    return Error{ErrorCode::invalid_request, "the JSON could not be read: " + builder.problem()};
  }
  return builder.take();
}

}  // namespace cogos::base
