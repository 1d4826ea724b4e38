// Schema::parse: JSON text to rules, strict about every keyword.
#include "config/schema_rule.hpp"

#include "config/schema.hpp"
#include "config/units.hpp"
#include "config/wording.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <set>

namespace sluice::config {
namespace {

using nlohmann::json;

constexpr std::size_t kMostSchemaBytes = std::size_t{1024} * 1024;
constexpr int kMostSchemaDepth = 64;

const std::vector<std::string>& type_names() {
  static const std::vector<std::string> names{"null",   "boolean", "integer", "number",
                                              "string", "array",   "object"};  // as in Type
  return names;
}

const std::vector<std::string>& format_names() {
  static const std::vector<std::string> names{"uri", "duration", "bytes", "rate", "path"};
  return names;
}

// What went wrong, thrown within this file only: the recursion has no use for half a rule.
struct Malformed {
  std::string where;
  std::string what;
};

std::string escaped(const std::string& key) {
  std::string out;
  for (const char c : key) {
    if (c == '~') {
      out += "~0";
    } else if (c == '/') {
      out += "~1";
    } else {
      out += c;
    }
  }
  return out;
}

// A JSON value as a node, for checking defaults.
std::unique_ptr<Node> node_of(const json& value, const std::string& file) {
  Node::Kind kind = Node::Kind::kScalar;
  if (value.is_null()) kind = Node::Kind::kNull;
  if (value.is_array()) kind = Node::Kind::kList;
  if (value.is_object()) kind = Node::Kind::kMap;
  auto node = std::make_unique<Node>(kind, Position{}, file);
  if (value.is_array()) {
    for (const json& item : value) node->append(node_of(item, file));
  } else if (value.is_object()) {
    for (const auto& [key, member] : value.items()) {
      node->append(key, Position{}, node_of(member, file));
    }
  } else if (value.is_string()) {
    node->set_text(value.get<std::string>(), Node::Style::kQuoted);
  } else if (!value.is_null()) {
    node->set_text(value.dump(), Node::Style::kPlain);
  }
  return node;
}

// Reads the keywords of one schema object into a rule.
class RuleReader {
 public:
  // Whether keys that `properties` does not name are refused unless the schema says otherwise.
  enum class Unnamed { kRefused, kTaken };

  RuleReader(const json& schema, std::string where, int depth)
      : schema_(schema), where_(std::move(where)), depth_(depth) {}

  std::unique_ptr<Rule> read(Unnamed unnamed);

 private:
  using Handler = void (RuleReader::*)(const json&);

  static const std::map<std::string, Handler>& handlers();

  [[noreturn]] void fail(const std::string& keyword, const std::string& what) const {
    throw Malformed{keyword.empty() ? where_ : where_ + "/" + keyword, what};
  }
  std::unique_ptr<Rule> sub(const json& schema, const std::string& below,
                            Unnamed unnamed = Unnamed::kRefused) const {
    return RuleReader(schema, where_ + "/" + below, depth_ + 1).read(unnamed);
  }
  std::string text(const json& value, const std::string& keyword) const;
  std::size_t count(const json& value, const std::string& keyword) const;
  bool flag(const json& value, const std::string& keyword) const;
  double bound(const json& value, const std::string& keyword) const;

  void read_type(const json& value);
  void read_enum(const json& value);
  void read_const(const json& value) { rule_->constant = value; }
  void read_required(const json& value);
  void read_properties(const json& value);
  void read_additional(const json& value);
  void read_items(const json& value) { rule_->items = sub(value, "items"); }
  void read_minimum(const json& value) { rule_->minimum = bound(value, "minimum"); }
  void read_maximum(const json& value) { rule_->maximum = bound(value, "maximum"); }
  void read_above(const json& value) {
    rule_->exclusive_minimum = bound(value, "exclusiveMinimum");
  }
  void read_below(const json& value) {
    rule_->exclusive_maximum = bound(value, "exclusiveMaximum");
  }
  void read_min_length(const json& value) { rule_->min_length = count(value, "minLength"); }
  void read_max_length(const json& value) { rule_->max_length = count(value, "maxLength"); }
  void read_min_items(const json& value) { rule_->min_items = count(value, "minItems"); }
  void read_max_items(const json& value) { rule_->max_items = count(value, "maxItems"); }
  void read_pattern(const json& value);
  void read_format(const json& value);
  void read_unit(const json& value);
  void read_description(const json& value) { rule_->description = text(value, "description"); }
  void read_deprecated(const json& value) { rule_->is_deprecated = flag(value, "deprecated"); }
  void read_secret(const json& value) { rule_->is_secret = flag(value, "x-secret"); }
  void read_one_of(const json& value);
  void read_note(const json&) {}  // annotations without an effect here
  void read_default();

  const json& schema_;
  std::string where_;
  int depth_;
  std::unique_ptr<Rule> rule_ = std::make_unique<Rule>();
};

const std::map<std::string, RuleReader::Handler>& RuleReader::handlers() {
  using Self = RuleReader;
  static const std::map<std::string, Handler> map{
      {"type", &Self::read_type},
      {"enum", &Self::read_enum},
      {"const", &Self::read_const},
      {"required", &Self::read_required},
      {"properties", &Self::read_properties},
      {"additionalProperties", &Self::read_additional},
      {"items", &Self::read_items},
      {"minimum", &Self::read_minimum},
      {"maximum", &Self::read_maximum},
      {"exclusiveMinimum", &Self::read_above},
      {"exclusiveMaximum", &Self::read_below},
      {"minLength", &Self::read_min_length},
      {"maxLength", &Self::read_max_length},
      {"minItems", &Self::read_min_items},
      {"maxItems", &Self::read_max_items},
      {"pattern", &Self::read_pattern},
      {"format", &Self::read_format},
      {"description", &Self::read_description},
      {"deprecated", &Self::read_deprecated},
      {"oneOf", &Self::read_one_of},
      {"x-secret", &Self::read_secret},
      {"x-unit", &Self::read_unit},
      {"default", &Self::read_note},  // read last, by read_default
      {"title", &Self::read_note},
      {"examples", &Self::read_note},
      {"$schema", &Self::read_note},
      {"$id", &Self::read_note},
      {"$comment", &Self::read_note},
  };
  return map;
}

std::unique_ptr<Rule> RuleReader::read(Unnamed unnamed) {
  if (depth_ > kMostSchemaDepth) fail("", "is nested deeper than 64 levels");
  if (schema_.is_boolean() && schema_.get<bool>()) return std::move(rule_);
  if (!schema_.is_object()) fail("", "expected an object");
  for (const auto& [keyword, value] : schema_.items()) {
    const auto handler = handlers().find(keyword);
    if (handler == handlers().end()) {
      std::vector<std::string> known;
      for (const auto& entry : handlers()) known.push_back(entry.first);
      fail("", "unsupported keyword " + in_quotes(keyword) + did_you_mean(keyword, known));
    }
    (this->*handler->second)(value);
  }
  if (!rule_->unit.empty() && rule_->format != Format::kDuration) {
    fail("x-unit", "belongs to \"format\": \"duration\"");
  }
  if (!schema_.contains("additionalProperties")) {
    rule_->is_open = rule_->properties.empty() || unnamed == Unnamed::kTaken;
  }
  read_default();
  return std::move(rule_);
}

std::string RuleReader::text(const json& value, const std::string& keyword) const {
  if (!value.is_string()) fail(keyword, "expected a string");
  return value.get<std::string>();
}

std::size_t RuleReader::count(const json& value, const std::string& keyword) const {
  if (!value.is_number_unsigned()) fail(keyword, "expected an integer of at least 0");
  return value.get<std::size_t>();
}

bool RuleReader::flag(const json& value, const std::string& keyword) const {
  if (!value.is_boolean()) fail(keyword, "expected true or false");
  return value.get<bool>();
}

// A number; "30s" and "8MiB" too, for what is measured in them.
double RuleReader::bound(const json& value, const std::string& keyword) const {
  if (value.is_number() && std::isfinite(value.get<double>())) return value.get<double>();
  if (value.is_string()) {
    const std::string format = schema_.value("format", json("")).is_string()
                                   ? schema_.value("format", json("")).get<std::string>()
                                   : "";
    const auto& written = value.get_ref<const std::string&>();
    if (format == "duration") {
      if (const auto time = parse_duration(written)) return static_cast<double>(time->count());
    }
    if (format == "bytes") {
      if (const auto bytes = parse_bytes(written)) return static_cast<double>(*bytes);
    }
  }
  fail(keyword, "expected a number");
}

void RuleReader::read_type(const json& value) {
  const json list = value.is_array() ? value : json::array({value});
  for (const json& item : list) {
    const std::string name = text(item, "type");
    const auto found = std::find(type_names().begin(), type_names().end(), name);
    if (found == type_names().end()) {
      fail("type", "unknown type " + in_quotes(name) + did_you_mean(name, type_names()));
    }
    rule_->types.push_back(static_cast<Type>(found - type_names().begin()));
  }
  if (rule_->types.empty()) fail("type", "expected a type");
}

void RuleReader::read_enum(const json& value) {
  if (!value.is_array() || value.empty()) fail("enum", "expected a list of values");
  rule_->choices.assign(value.begin(), value.end());
}

void RuleReader::read_required(const json& value) {
  if (!value.is_array()) fail("required", "expected a list of keys");
  for (const json& key : value) rule_->required.push_back(text(key, "required"));
}

void RuleReader::read_properties(const json& value) {
  if (!value.is_object()) fail("properties", "expected an object");
  for (const auto& [key, schema] : value.items()) {
    rule_->properties.push_back({key, sub(schema, "properties/" + escaped(key))});
  }
}

void RuleReader::read_additional(const json& value) {
  rule_->is_open = !value.is_boolean() || value.get<bool>();
  if (!value.is_boolean()) rule_->additional = sub(value, "additionalProperties");
}

void RuleReader::read_pattern(const json& value) {
  const std::string pattern = text(value, "pattern");
  try {
    // Polynomial: matching by breadth, so no pattern takes exponential time or deep recursion.
    rule_->pattern = Pattern{
        pattern, std::regex(pattern, std::regex::ECMAScript | std::regex_constants::__polynomial)};
  } catch (const std::regex_error&) {
    fail("pattern", in_quotes(pattern) + " is not a regular expression without back-references");
  }
}

void RuleReader::read_format(const json& value) {
  const std::string name = text(value, "format");
  const auto found = std::find(format_names().begin(), format_names().end(), name);
  if (found == format_names().end()) {
    fail("format", "unsupported format " + in_quotes(name) + did_you_mean(name, format_names()));
  }
  rule_->format = static_cast<Format>(found - format_names().begin() + 1);
}

void RuleReader::read_unit(const json& value) {
  rule_->unit = text(value, "x-unit");
  if (milliseconds_in(rule_->unit) == 0) {
    fail("x-unit", in_quotes(rule_->unit) + " is not one of ms, s, m, h, d");
  }
}

void RuleReader::read_one_of(const json& value) {
  if (!value.is_array() || value.empty()) fail("oneOf", "expected a list of schemas");
  // Where the keys are named outside, a branch only adds conditions on them.
  const Unnamed unnamed = schema_.contains("properties") ? Unnamed::kTaken : Unnamed::kRefused;
  for (std::size_t i = 0; i < value.size(); ++i) {
    rule_->one_of.push_back(sub(value[i], "oneOf/" + std::to_string(i), unnamed));
  }
}

void RuleReader::read_default() {
  const auto found = schema_.find("default");
  if (found == schema_.end()) return;
  const std::string file = "default";
  Findings findings;
  const auto node = node_of(*found, file);
  auto canonical = apply_rule(*rule_, *node, "", findings);
  if (findings.has_errors() || !canonical) {
    const std::string why = findings.empty() ? "" : ": " + findings.items().front().message;
    fail("default", "does not fit its own schema" + why);
  }
  rule_->fallback = *std::move(canonical);
}

}  // namespace

Result<Schema> Schema::parse(std::string_view json_text) {
  if (json_text.size() > kMostSchemaBytes) {
    return Error{Fault::kConfig, "the schema is larger than 1 MiB"};
  }
  const json schema = json::parse(json_text, nullptr, /*allow_exceptions=*/false);
  if (schema.is_discarded()) return Error{Fault::kConfig, "the schema is not valid JSON"};
  try {
    return Schema(RuleReader(schema, "", 0).read(RuleReader::Unnamed::kRefused));
  } catch (const Malformed& malformed) {
    const std::string where = malformed.where.empty() ? "its top" : malformed.where;
    return Error{Fault::kConfig, "the schema is wrong at " + where + ": " + malformed.what};
  }
}

}  // namespace sluice::config
