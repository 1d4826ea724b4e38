// Rules applied to nodes: the canonical value, or a sentence for everything in its way.
#include "config/schema_rule.hpp"

#include "config/units.hpp"
#include "config/wording.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>
#include <variant>

namespace sluice::config {
namespace {

using nlohmann::json;

// Where the visitor is, as a chain on the stack: the text is only made when something is wrong.
struct Path {
  const Path* up;
  std::string_view key;  // of an item: empty
  std::size_t index = 0;
  bool is_item = false;

  std::string text() const {
    if (up == nullptr) return std::string(key);
    return is_item ? path_of(up->text(), index) : path_of(up->text(), key);
  }
};

std::string expected_type(Type type) {
  constexpr std::array<const char*, 7> kWords{"nothing", "true or false", "an integer", "a number",
                                              "text",    "a list",        "a mapping"};
  return kWords.at(static_cast<std::size_t>(type));
}

std::string expected(const Rule& rule) {
  switch (rule.format) {
    case Format::kDuration:
      return "a duration such as \"30s\"";
    case Format::kBytes:
      return "a size such as \"64MiB\"";
    case Format::kRate:
      return "a rate such as \"10/s\"";
    case Format::kUri:
      return "a URL such as \"http://localhost:8080\"";
    case Format::kPath:
      return "a path";
    case Format::kNone:
      break;
  }
  std::string out;
  for (const Type type : rule.types) out += (out.empty() ? "" : " or ") + expected_type(type);
  return out.empty() ? "a value" : out;
}

std::string shown_json(const json& value) {
  if (value.is_string()) return in_quotes(value.get_ref<const std::string&>());
  return value.dump(-1, ' ', false, json::error_handler_t::replace);
}

// The value for a message, without telling a secret.
std::string shown(const Node& node, bool is_secret) {
  if (node.is_list()) return "a list";
  if (node.is_map()) return "a mapping";
  if (!node.template_text().empty() && !is_secret) {
    return "the value of " + in_quotes(node.template_text());
  }
  if (node.is_null() || (node.text().empty() && node.style() == Node::Style::kPlain)) {
    return "nothing";
  }
  if (is_secret) return "something else (a secret, not shown)";
  const Scalar scalar = node.typed();
  if (std::holds_alternative<TooLarge>(scalar)) {
    return printable(node.text()) + ", which is too large a number";
  }
  return std::holds_alternative<std::string_view>(scalar) ? in_quotes(node.text())
                                                          : printable(node.text());
}

std::optional<Type> type_of(const Scalar& scalar) {
  if (std::holds_alternative<std::nullptr_t>(scalar)) return Type::kNull;
  if (std::holds_alternative<bool>(scalar)) return Type::kBoolean;
  if (std::holds_alternative<std::int64_t>(scalar)) return Type::kInteger;
  if (std::holds_alternative<double>(scalar)) return Type::kNumber;
  if (std::holds_alternative<std::string_view>(scalar)) return Type::kString;
  return std::nullopt;
}

json json_of(const Scalar& scalar) {
  if (const auto* flag = std::get_if<bool>(&scalar)) return *flag;
  if (const auto* integer = std::get_if<std::int64_t>(&scalar)) return *integer;
  if (const auto* number = std::get_if<double>(&scalar)) return *number;
  if (const auto* text = std::get_if<std::string_view>(&scalar)) return std::string(*text);
  return nullptr;
}

// Doubles hold every integer up to here exactly.
constexpr double kMostExactInteger = 9007199254740992.0;

bool is_url(const std::string& text) {
  const std::size_t slashes = text.find("://");
  if (slashes == std::string::npos || slashes == 0 || slashes + 3 >= text.size()) return false;
  const auto is_scheme = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '+' ||
           c == '-' || c == '.';
  };
  const bool is_spaced = std::any_of(text.begin(), text.end(),
                                     [](char c) { return static_cast<unsigned char>(c) <= 0x20; });
  return !is_spaced &&
         std::all_of(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(slashes),
                     is_scheme) &&
         text[slashes + 3] != '/';
}

class Validation {
 public:
  explicit Validation(Findings& findings) : findings_(findings) {}

  std::optional<json> visit(const Rule& rule, const Node& node, const Path& path, bool is_secret);

 private:
  std::optional<json> own(const Rule& rule, const Node& node, const Path& path);
  std::optional<json> scalar(const Rule& rule, const Node& node, const Path& path);
  std::optional<json> measured(const Rule& rule, const Node& node, const Path& path);
  std::optional<json> list(const Rule& rule, const Node& node, const Path& path);
  std::optional<json> map(const Rule& rule, const Node& node, const Path& path);
  void member(const Rule& rule, const Member& member, const Path& parent, json& out);
  void unknown_key(const Rule& rule, const Node& node, const Member& member, const Path& path);
  std::optional<json> branches(const Rule& rule, const Node& node, const Path& path);
  bool is_bounded(const Rule& rule, const Node& node, const json& value, const Path& path);
  bool is_text_fine(const Rule& rule, const Node& node, const std::string& text, const Path& path);
  bool is_chosen(const Rule& rule, const Node& node, const json& value, const Path& path);
  std::optional<json> mismatch(const Rule& rule, const Node& node, const Path& path);
  void report(const Node& node, const Path& path, std::string message) {
    findings_.add({.file = node.file(),
                   .at = node.at(),
                   .path = findings_.is_full() ? "" : path.text(),
                   .message = std::move(message)});
  }

  Findings& findings_;
  bool is_secret_ = false;  // of the value at hand, by its own rule or one around it
};

std::optional<json> Validation::visit(const Rule& rule, const Node& node, const Path& path,
                                      bool is_secret) {
  if (node.is_unusable()) return std::nullopt;
  const bool outer = std::exchange(
      is_secret_, is_secret || rule.is_secret ||
                      std::any_of(rule.one_of.begin(), rule.one_of.end(),
                                  [](const auto& branch) { return branch->is_secret; }));
  auto value = own(rule, node, path);
  if (value && !rule.one_of.empty()) {
    auto chosen = branches(rule, node, path);
    const bool is_typed = !rule.types.empty() || !rule.properties.empty();
    if (!chosen) {
      value.reset();
    } else if (!is_typed) {
      value = std::move(chosen);
    } else if (value->is_object() && chosen->is_object()) {
      for (auto& [key, extra] : chosen->items()) value->emplace(key, std::move(extra));
    }
  }
  is_secret_ = outer;
  return value;
}

std::optional<json> Validation::own(const Rule& rule, const Node& node, const Path& path) {
  std::optional<json> value;
  if (node.is_list()) {
    value = list(rule, node, path);
  } else if (node.is_map()) {
    value = map(rule, node, path);
  } else {
    value = scalar(rule, node, path);
  }
  if (!value || !is_chosen(rule, node, *value, path)) return std::nullopt;
  return value;
}

std::optional<json> Validation::mismatch(const Rule& rule, const Node& node, const Path& path) {
  std::string message = "expected " + expected(rule) + ", got " + shown(node, is_secret_);
  const bool is_shown = node.is_scalar() && !is_secret_ && node.template_text().empty();
  if (is_shown && rule.types.size() == 1 && rule.format == Format::kNone) {
    const Type wanted = rule.types.front();
    if (wanted == Type::kString) message += "; put it in quotes";
    if (wanted == Type::kBoolean && (node.text() == "yes" || node.text() == "on")) {
      message += "; did you mean true?";
    }
    if (wanted == Type::kBoolean && (node.text() == "no" || node.text() == "off")) {
      message += "; did you mean false?";
    }
    const bool is_quoted = node.style() == Node::Style::kQuoted && wanted != Type::kString;
    if (is_quoted && type_of(node.typed_as(Node::Style::kPlain)) == wanted)
      message += "; leave out the quotes";
  }
  report(node, path, message);
  return std::nullopt;
}

std::optional<json> Validation::scalar(const Rule& rule, const Node& node, const Path& path) {
  // Inside [ ] and { } a ${NAME} needs quotes, which therefore do not say that text is meant.
  const bool is_text_wanted = !rule.types.empty() && rule.allows(Type::kString);
  const bool is_quoted_variable = node.style() == Node::Style::kQuoted &&
                                  !node.template_text().empty() && !rule.types.empty() &&
                                  !is_text_wanted;
  Scalar typed = is_quoted_variable ? node.typed_as(Node::Style::kPlain) : node.typed();
  const bool is_null = std::holds_alternative<std::nullptr_t>(typed);
  if (is_null && !rule.types.empty() && rule.allows(Type::kNull)) return json(nullptr);
  const bool is_measured = rule.format == Format::kDuration || rule.format == Format::kBytes ||
                           rule.format == Format::kRate;
  if (is_measured) return measured(rule, node, path);
  std::optional<Type> type = type_of(typed);
  const auto* number = std::get_if<double>(&typed);
  if (type == Type::kInteger && !rule.allows(Type::kInteger)) type = Type::kNumber;
  if (number != nullptr && !rule.allows(Type::kNumber) && rule.allows(Type::kInteger) &&
      std::trunc(*number) == *number && std::abs(*number) <= kMostExactInteger) {
    typed = static_cast<std::int64_t>(*number);
    type = Type::kInteger;
  }
  if (node.is_untyped() && is_text_wanted && (!type || !rule.allows(*type))) {
    typed = std::string_view(node.text());
    type = Type::kString;
  }
  if (!type || !rule.allows(*type)) return mismatch(rule, node, path);
  json value = json_of(typed);
  if (value.is_string()) {
    if (!is_text_fine(rule, node, value.get_ref<const std::string&>(), path)) return std::nullopt;
  } else if (!is_bounded(rule, node, value, path)) {
    return std::nullopt;
  }
  return value;
}

std::optional<json> Validation::measured(const Rule& rule, const Node& node, const Path& path) {
  std::optional<json> value;
  if (rule.format == Format::kDuration) {
    const auto duration = parse_duration(node.text(), rule.unit);
    if (duration) value = duration->count();
    const bool is_number =
        !node.text().empty() && node.text().find_first_not_of("0123456789.") == std::string::npos;
    if (!duration && is_number && rule.unit.empty()) {
      report(node, path,
             "a duration needs a unit: ms, s, m, h or d, as in \"30s\", got " +
                 shown(node, is_secret_));
      return std::nullopt;
    }
  } else if (rule.format == Format::kBytes) {
    if (const auto bytes = parse_bytes(node.text())) value = *bytes;
  } else if (const auto rate = parse_rate(node.text())) {
    value = format_rate(*rate);
  }
  if (!value) return mismatch(rule, node, path);
  if (value->is_number() && !is_bounded(rule, node, *value, path)) return std::nullopt;
  return value;
}

bool Validation::is_bounded(const Rule& rule, const Node& node, const json& value,
                            const Path& path) {
  if (!value.is_number()) return true;
  const auto number = value.get<double>();
  const auto bound = [&](double limit) -> std::string {
    if (rule.format == Format::kDuration) {
      return format_duration(std::chrono::milliseconds(static_cast<std::int64_t>(limit)));
    }
    if (rule.format == Format::kBytes) return format_bytes(static_cast<std::uint64_t>(limit));
    const bool is_whole = std::trunc(limit) == limit && std::abs(limit) <= kMostExactInteger;
    return is_whole ? std::to_string(static_cast<std::int64_t>(limit)) : json(limit).dump();
  };
  std::string wanted;
  if (rule.minimum && number < *rule.minimum) wanted = "at least " + bound(*rule.minimum);
  if (rule.maximum && number > *rule.maximum) wanted = "at most " + bound(*rule.maximum);
  if (rule.exclusive_minimum && number <= *rule.exclusive_minimum) {
    wanted = "more than " + bound(*rule.exclusive_minimum);
  }
  if (rule.exclusive_maximum && number >= *rule.exclusive_maximum) {
    wanted = "less than " + bound(*rule.exclusive_maximum);
  }
  if (wanted.empty()) return true;
  report(node, path, "must be " + wanted + ", got " + shown(node, is_secret_));
  return false;
}

bool Validation::is_text_fine(const Rule& rule, const Node& node, const std::string& text,
                              const Path& path) {
  const std::size_t length = count_code_points(text);
  std::string problem;
  if (length < rule.min_length || (text.empty() && rule.format == Format::kPath)) {
    problem = text.empty() ? "must not be empty"
                           : "must have at least " + counted(rule.min_length, "character") +
                                 ", has " + std::to_string(length);
  } else if (rule.max_length && length > *rule.max_length) {
    problem = "must have at most " + counted(*rule.max_length, "character") + ", has " +
              std::to_string(length);
  } else if (rule.format == Format::kUri && !is_url(text)) {
    problem = "expected " + expected(rule);  // not what was given: URLs carry passwords
  } else if (rule.pattern && text.size() > kLongestMatched) {
    problem = "must have at most 1024 bytes";
  } else if (rule.pattern && !std::regex_search(text, rule.pattern->regex)) {
    problem = "must match the pattern " + rule.pattern->text + ", got " + shown(node, is_secret_);
  }
  if (problem.empty()) return true;
  report(node, path, problem);
  return false;
}

bool Validation::is_chosen(const Rule& rule, const Node& node, const json& value,
                           const Path& path) {
  if (rule.constant && value != *rule.constant) {
    report(node, path,
           "must be " + shown_json(*rule.constant) + ", got " + shown(node, is_secret_));
    return false;
  }
  const bool is_listed =
      std::find(rule.choices.begin(), rule.choices.end(), value) != rule.choices.end();
  if (rule.choices.empty() || is_listed) return true;
  std::string choices;
  std::vector<std::string> words;
  for (const json& choice : rule.choices) {
    choices += (choices.empty() ? "" : ", ") + shown_json(choice);
    if (choice.is_string()) words.push_back(choice.get<std::string>());
  }
  const bool is_tellable = value.is_string() && !is_secret_ && node.template_text().empty();
  const std::string hint =
      is_tellable ? did_you_mean(value.get_ref<const std::string&>(), words) : "";
  report(node, path, "expected one of " + choices + ", got " + shown(node, is_secret_) + hint);
  return false;
}

std::optional<json> Validation::list(const Rule& rule, const Node& node, const Path& path) {
  if (!rule.allows(Type::kList) || rule.format != Format::kNone) return mismatch(rule, node, path);
  const std::size_t size = node.items().size();
  if (size < rule.min_items) {
    report(
        node, path,
        "must have at least " + counted(rule.min_items, "item") + ", has " + std::to_string(size));
    return std::nullopt;
  }
  if (rule.max_items && size > *rule.max_items) {
    report(
        node, path,
        "must have at most " + counted(*rule.max_items, "item") + ", has " + std::to_string(size));
    return std::nullopt;
  }
  const Rule any;
  json out = json::array();
  for (std::size_t i = 0; i < size; ++i) {
    const Path below{.up = &path, .key = {}, .index = i, .is_item = true};
    auto item = visit(rule.items ? *rule.items : any, *node.items()[i], below, is_secret_);
    if (item) out.push_back(*std::move(item));
  }
  return out;
}

std::optional<json> Validation::map(const Rule& rule, const Node& node, const Path& path) {
  if (!rule.allows(Type::kMap) || rule.format != Format::kNone) return mismatch(rule, node, path);
  json out = json::object();
  const Rule any;
  for (const Member& entry : node.members()) {
    if (const Rule* property = rule.property(entry.key)) {
      member(*property, entry, path, out);
    } else if (rule.is_open) {
      member(rule.additional ? *rule.additional : any, entry, path, out);
    } else {
      unknown_key(rule, node, entry, path);
    }
  }
  for (const std::string& key : rule.required) {
    if (node.get(key) == nullptr) report(node, path, "missing required key " + in_quotes(key));
  }
  for (const Rule::Property& property : rule.properties) {
    if (property.rule->fallback && !out.contains(property.key)) {
      out[property.key] = *property.rule->fallback;
    }
  }
  return out;
}

void Validation::member(const Rule& rule, const Member& member, const Path& parent, json& out) {
  const Path path{.up = &parent, .key = member.key};
  if (rule.is_deprecated) {
    const std::string why = rule.description.empty() ? "" : ": " + rule.description;
    findings_.add({.file = member.value->file(),
                   .at = member.key_at,
                   .path = path.text(),
                   .message = in_quotes(member.key) + " is deprecated" + why,
                   .severity = Severity::kWarning});
  }
  auto value = visit(rule, *member.value, path, is_secret_);
  if (value) out[member.key] = *std::move(value);
}

void Validation::unknown_key(const Rule& rule, const Node& node, const Member& member,
                             const Path& path) {
  if (findings_.is_full()) {
    report(node, path, "unknown key");
    return;
  }
  std::vector<std::string> known;
  for (const Rule::Property& property : rule.properties) known.push_back(property.key);
  std::string hint = did_you_mean(member.key, known);
  if (hint.empty()) {
    hint = known.empty() ? "; there are no keys here" : "; the keys here are " + quoted_list(known);
  }
  findings_.add({.file = member.value->file(),
                 .at = member.key_at,
                 .path = path.text(),
                 .message = "unknown key " + in_quotes(member.key) + hint});
}

// Exactly one branch fits. If none does, the one that the value comes closest to speaks, unless
// they differ by type: then the types are named.
std::optional<json> Validation::branches(const Rule& rule, const Node& node, const Path& path) {
  std::optional<json> value;
  std::optional<Findings> closest;
  std::size_t fitting = 0;
  for (const auto& branch : rule.one_of) {
    Findings found;
    auto candidate = Validation(found).visit(*branch, node, path, is_secret_);
    if (!found.has_errors() && candidate) {
      // Text of unknown type may fit several branches by nature: the first one has it.
      if (fitting++ == 0 || !node.is_untyped()) value = std::move(candidate);
      continue;
    }
    const bool is_apart =
        std::any_of(found.items().begin(), found.items().end(), [&](const Finding& finding) {
          return finding.path == path.text() && finding.message.starts_with("expected ") &&
                 !finding.message.starts_with("expected one of ");
        });
    if (!is_apart && (!closest || found.errors() < closest->errors())) closest = std::move(found);
  }
  if (fitting == 1 || (fitting > 1 && node.is_untyped())) return value;
  if (fitting > 1) {
    report(node, path, "fits " + std::to_string(fitting) + " of the allowed forms; say which");
    return std::nullopt;
  }
  if (closest) {
    findings_.merge(*std::move(closest));
    return std::nullopt;
  }
  std::string forms;
  for (const auto& branch : rule.one_of) forms += (forms.empty() ? "" : " or ") + expected(*branch);
  report(node, path, "expected " + forms + ", got " + shown(node, is_secret_));
  return std::nullopt;
}

}  // namespace

std::optional<nlohmann::json> apply_rule(const Rule& rule, const Node& node,
                                         const std::string& path, Findings& findings) {
  const Path base{.up = nullptr, .key = path};
  return Validation(findings).visit(rule, node, base, false);
}

}  // namespace sluice::config
