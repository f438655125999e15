#include "engine/schema_validator.hpp"

#include <cmath>
#include <limits>
#include <new>
#include <stdexcept>
#include <valijson/adapters/nlohmann_json_adapter.hpp>
#include <valijson/constraint_builder.hpp>
#include <valijson/schema.hpp>
#include <valijson/schema_parser.hpp>
#include <valijson/validator.hpp>

#include "engine/schema_assertions.hpp"
#include "engine/schema_rewrite.hpp"

namespace cogos::engine {
namespace {

constexpr std::int64_t kMaxSteps = 500'000;
constexpr std::size_t kMaxUniqueItems = 4096;
constexpr std::size_t kMaxMatchedName = 256;

// The visitor that valijson hands around carries no state of the caller's; one validation runs on one thread.
thread_local std::int64_t steps_left = 0;

class StepsExhausted : public std::runtime_error {
 public:
  StepsExhausted() : std::runtime_error("steps exhausted") {}
};

/// Judges the scalar assertions and counts the steps of a validation. Stands first in every subschema.
class OwnConstraint final : public valijson::constraints::PolyConstraint {
 public:
  explicit OwnConstraint(std::shared_ptr<const ScalarAssertions> assertions)
      : assertions_(std::move(assertions)) {}

  bool validate(const valijson::adapters::Adapter& target, const std::vector<std::string>& context,
                valijson::ValidationResults* results) const override {
    steps_left -= static_cast<std::int64_t>(assertions_->weight());
    if (steps_left < 0) throw StepsExhausted();
    std::string fault;
    if (target.isString()) {
      fault = assertions_->judge(target.getString());
    } else if (target.isInteger()) {
      fault = assertions_->judge(static_cast<double>(target.getInteger()));
    } else if (target.isDouble()) {
      fault = assertions_->judge(target.getDouble());
    }
    if (!fault.empty() && results != nullptr) results->pushError(context, fault);
    return fault.empty();
  }

 private:
  valijson::constraints::Constraint* cloneInto(void* memory) const override {
    return new (memory) OwnConstraint(*this);
  }
  std::size_t sizeOf() const override { return sizeof(OwnConstraint); }

  std::shared_ptr<const ScalarAssertions> assertions_;
};

class OwnConstraintBuilder final : public valijson::ConstraintBuilder {
 public:
  valijson::constraints::Constraint* make(const valijson::adapters::Adapter& node) const override {
    Json own = Json::object();
    node.applyToObject([&own](const std::string& key, const valijson::adapters::Adapter& value) {
      if (value.isString()) own[key] = value.getString();
      if (value.isInteger()) own[key] = value.getInteger();
      if (value.isDouble()) own[key] = value.getDouble();
      return true;
    });
    auto assertions = ScalarAssertions::from(own);
    if (!assertions) throw std::runtime_error(assertions.error().message());
    return new OwnConstraint(std::make_shared<const ScalarAssertions>(std::move(*assertions)));
  }
};

/// Numbers in the one form that compares by value, and sizes within the limits.
class Preparation {
 public:
  explicit Preparation(const RewrittenSchema& schema) : schema_(schema) {}

  void prepare(Json& value) {
    if (value.is_number_float()) {
      const double number = value.get<double>();
      if (std::fabs(number) <= 9007199254740992.0 && number == std::trunc(number)) {
        value = static_cast<std::int64_t>(number);
      }
    } else if (value.is_number_unsigned()) {
      const auto number = value.get<std::uint64_t>();
      if (number > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) {
        value = static_cast<double>(number);
      } else {
        value = static_cast<std::int64_t>(number);
      }
    } else if (value.is_structured()) {
      if (value.is_array() && schema_.unique_items && value.size() > kMaxUniqueItems) {
        fault_ = "an array has too many items to be checked for uniqueness";
      }
      if (value.is_object() && schema_.pattern_properties) {
        for (const auto& [name, ignored] : value.items()) {
          if (name.size() > kMaxMatchedName)
            fault_ = "a member name is too long to be matched against a pattern";
        }
      }
      for (auto& item : value) prepare(item);
    }
  }
  [[nodiscard]] const std::string& fault() const noexcept { return fault_; }

 private:
  const RewrittenSchema& schema_;
  std::string fault_;
};

std::string readable_path(const std::vector<std::string>& context) {
  std::string out = "$";
  for (const auto& part : context) {
    if (part == "<root>" || part.size() < 2) continue;
    const std::string_view inner(part.data() + 1, part.size() - 2);
    const bool index = !inner.empty() && inner.find_first_not_of("0123456789") == std::string_view::npos;
    if (index) {
      out += part;
    } else {
      out.append(".").append(inner);
    }
  }
  return out;
}

Error refusal(const std::string& what) {
  return Error(ErrorCode::validation_failed,
               "The value does not validate against the JSON Schema: " + what + ".");
}

std::string lowered(std::string text) {
  while (!text.empty() && text.back() == '.') text.pop_back();
  return text;
}

}  // namespace

struct SchemaValidator::Impl {
  RewrittenSchema rewritten;
  valijson::Schema schema;
};

Result<SchemaValidator> SchemaValidator::compile(const Json& schema) {
  auto rewritten = rewrite_schema(schema);
  if (!rewritten) return rewritten.error();
  auto impl = std::make_shared<Impl>();
  impl->rewritten = std::move(*rewritten);
  // enum and const are compared with values in their prepared form.
  Preparation(RewrittenSchema{}).prepare(impl->rewritten.schema);
  try {
    valijson::SchemaParser parser(valijson::SchemaParser::kDraft7);
    parser.addConstraintBuilder(std::string(kOwnKeyword), new OwnConstraintBuilder);
    const valijson::adapters::NlohmannJsonAdapter adapter(impl->rewritten.schema);
    parser.populateSchema(adapter, impl->schema);
  } catch (const std::bad_alloc&) {
    throw;
  } catch (const std::exception& failure) {
    return Error(ErrorCode::invalid_request,
                 "The JSON Schema cannot be used: " + lowered(failure.what()) + ".")
        .with_param(std::string(kSchemaParam));
  }
  return SchemaValidator(std::move(impl));
}

Result<void> SchemaValidator::validate(const Json& value) const {
  Preparation preparation(impl_->rewritten);
  Json prepared = value;
  preparation.prepare(prepared);
  if (!preparation.fault().empty()) return refusal(preparation.fault());
  try {
    valijson::Validator validator(valijson::Validator::kStrongTypes);
    const valijson::adapters::NlohmannJsonAdapter adapter(prepared);
    steps_left = kMaxSteps;
    if (validator.validate(impl_->schema, adapter, nullptr)) return {};
    // Only a failure pays for the reasons; where they cost too much there is still the verdict.
    valijson::ValidationResults results;
    steps_left = kMaxSteps / 10;
    std::string path = "$";
    std::string reason = "it is not what the schema allows";
    try {
      validator.validate(impl_->schema, adapter, &results);
    } catch (const StepsExhausted&) {
      return refusal(reason);
    }
    std::size_t deepest = 0;
    for (const auto& error : results) {
      if (error.context.size() <= deepest) continue;
      deepest = error.context.size();
      path = readable_path(error.context);
      reason = lowered(error.description);
    }
    return refusal(path + ": " + reason);
  } catch (const StepsExhausted&) {
    return refusal("judging it takes too many steps");
  } catch (const std::bad_alloc&) {
    throw;
  } catch (const std::exception&) {
    return refusal("it could not be judged");
  }
}

}  // namespace cogos::engine
