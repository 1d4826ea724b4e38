// Schema: the subset of JSON Schema that pipeline files and plugin settings are checked by.
#pragma once

#include "base/result.hpp"
#include "config/node.hpp"

#include <memory>
#include <string>
#include <string_view>

#include <nlohmann/json_fwd.hpp>

namespace sluice::config {

struct Rule;

// Keywords: type (also a list), enum, const, required, properties, additionalProperties, items,
// minimum, maximum, exclusiveMinimum, exclusiveMaximum, minLength, maxLength, minItems, maxItems,
// pattern, format (uri, duration, bytes, rate, path), default, description, deprecated, oneOf,
// x-secret (never shown), x-unit (what a plain number of a duration counts: ms, s, m, h, d), and
// the annotations title, examples, $schema, $id, $comment. Any other keyword is an error.
//
// Two departures from the standard, both so that a slip is an error: keys that `properties` does
// not name are refused unless additionalProperties says otherwise, and a default takes part in the
// value.
//
// The canonical value of a duration is an integer of milliseconds, of bytes an integer, of a rate
// "10/s". Immutable after parse: any thread.
class Schema {
 public:
  static Result<Schema> parse(std::string_view json_text);

  Schema(Schema&&) noexcept;
  Schema& operator=(Schema&&) noexcept;
  ~Schema();

  // The canonical value with defaults filled in. Every problem is added to `findings`; what has one
  // is replaced by its default, or left out, so the rest can still be looked at.
  nlohmann::json validate(const Node& node, const std::string& path, Findings& findings) const;

  // `value` (canonical) for printing: "********" for what is secret and set, no user and password
  // in what looks like a URL.
  nlohmann::json redact(nlohmann::json value) const;

  // `value` (canonical) as a file has it: durations and sizes with their units, dollars doubled.
  nlohmann::json written(nlohmann::json value) const;

 private:
  explicit Schema(std::unique_ptr<const Rule> root);

  std::unique_ptr<const Rule> root_;
};

}  // namespace sluice::config
