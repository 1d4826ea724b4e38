#include "config/schema.hpp"

#include "config_testing.hpp"

#include <nlohmann/json.hpp>

#include <gtest/gtest.h>

namespace sluice::config {
namespace {

using nlohmann::json;

struct Validated {
  json value;
  Lines lines;
};

Validated validate(const std::string& schema_text, const std::string& yaml,
                   std::map<std::string, std::string> variables = {}) {
  auto schema = Schema::parse(schema_text);
  EXPECT_TRUE(schema.ok()) << (schema.ok() ? "" : schema.error().message);
  Findings findings;
  Document document = Document::parse(yaml, "p.yaml", findings);
  interpolate(document, environment_of(std::move(variables)), findings);
  EXPECT_NE(document.root(), nullptr) << findings.text();
  json value = schema->validate(*document.root(), "", findings);
  findings.sort();
  return {std::move(value), lines_of(findings)};
}

// The schema of the one key "a".
std::string of_a(const std::string& rule) {
  return R"({"type": "object", "properties": {"a": )" + rule + "}}";
}

struct FineCase {
  const char* rule;
  const char* yaml;
  const char* canonical;  // of a
};

class FineValue : public testing::TestWithParam<FineCase> {};

TEST_P(FineValue, BecomesCanonical) {
  const Validated done = validate(of_a(GetParam().rule), GetParam().yaml, {{"N", "5"}, {"E", ""}});
  EXPECT_EQ(done.lines, Lines{});
  EXPECT_EQ(done.value, json({{"a", json::parse(GetParam().canonical)}}));
}

INSTANTIATE_TEST_SUITE_P(
    Schema, FineValue,
    testing::Values(
        FineCase{R"({"type": "integer"})", "a: 5", "5"},
        FineCase{R"({"type": "integer"})", "a: 1e3", "1000"},
        FineCase{R"({"type": "integer"})", "a: ${N}", "5"},
        FineCase{R"({"type": "string"})", "a: ${N}", "\"5\""},
        FineCase{R"({"type": "string"})", "a: ${E}", "\"\""},
        FineCase{R"({"type": "string"})", "a: \"5\"", "\"5\""},
        FineCase{R"({"type": "number"})", "a: 5", "5"},
        FineCase{R"({"type": "number"})", "a: 0.75", "0.75"},
        FineCase{R"({"type": "boolean"})", "a: true", "true"},
        FineCase{R"({"type": ["string", "null"]})", "a:", "null"},
        FineCase{R"({"type": "array", "items": {"type": "integer"}})", "a: [1, 2]", "[1, 2]"},
        FineCase{R"({"enum": ["x", 1]})", "a: 1", "1"},
        FineCase{R"({"const": "x"})", "a: x", "\"x\""},
        FineCase{R"({"type": "string", "format": "duration"})", "a: 10m", "600000"},
        FineCase{R"({"type": "string", "format": "duration", "x-unit": "s"})", "a: 10", "10000"},
        FineCase{R"({"type": "string", "format": "duration", "x-unit": "ms"})", "a: 10", "10"},
        FineCase{R"({"type": "string", "format": "duration", "default": "30d"})", "{}",
                 "2592000000"},
        FineCase{R"({"type": "string", "format": "bytes"})", "a: 8MiB", "8388608"},
        FineCase{R"({"type": "string", "format": "bytes"})", "a: 42", "42"},
        FineCase{R"({"type": "string", "format": "rate"})", "a: 600/m", "\"600/m\""},
        FineCase{R"({"type": "string", "format": "uri"})", "a: redis://u:p@h:1/2",
                 "\"redis://u:p@h:1/2\""},
        FineCase{R"({"type": "string", "format": "path"})", "a: /x", "\"/x\""},
        FineCase{R"({"type": "string", "pattern": "^[a-z]+$"})", "a: abc", "\"abc\""},
        FineCase{R"({"type": "object"})", "a: {free: [1, x, true, ~, 1.5]}",
                 R"({"free": [1, "x", true, null, 1.5]})"},
        FineCase{R"({"type": "object", "additionalProperties": {"type": "integer"}})", "a: {x: 1}",
                 R"({"x": 1})"},
        FineCase{R"({"type": "object", "default": {}, "properties": {"b": {"default": 1}}})", "{}",
                 R"({"b": 1})"},
        FineCase{R"({"oneOf": [{"type": "integer"}, {"type": "string"}]})", "a: x", "\"x\""},
        FineCase{R"({"oneOf": [{"type": "integer"}, {"type": "string"}]})", "a: ${N}", "5"},
        FineCase{
            R"({"properties": {"x": {}, "y": {}}, "oneOf": [{"required": ["x"]}, {"required": ["y"]}]})",
            "a: {y: 2}", R"({"y": 2})"}));

struct BadCase {
  const char* rule;
  const char* yaml;
  const char* finding;
};

class BadValue : public testing::TestWithParam<BadCase> {};

TEST_P(BadValue, IsReportedAtItsPlace) {
  const Validated done = validate(of_a(GetParam().rule), GetParam().yaml, {{"N", "five"}});
  EXPECT_EQ(done.lines, Lines{GetParam().finding});
}

INSTANTIATE_TEST_SUITE_P(
    Schema, BadValue,
    testing::Values(
        BadCase{R"({"type": "integer"})", "a: lots",
                "p.yaml:1:4: a: expected an integer, got \"lots\""},
        BadCase{R"({"type": "integer"})", "a: 1.5", "p.yaml:1:4: a: expected an integer, got 1.5"},
        BadCase{R"({"type": "integer"})", "a: \"5\"",
                "p.yaml:1:4: a: expected an integer, got \"5\"; leave out the quotes"},
        BadCase{
            R"({"type": "integer"})", "a: 99999999999999999999",
            "p.yaml:1:4: a: expected an integer, got 99999999999999999999, which is too large a "
            "number"},
        BadCase{R"({"type": "integer"})", "a: ${N}",
                "p.yaml:1:4: a: expected an integer, got the value of \"${N}\""},
        BadCase{R"({"type": "string"})", "a: 5",
                "p.yaml:1:4: a: expected text, got 5; put it in quotes"},
        BadCase{R"({"type": "string"})", "a:", "p.yaml:1:1: a: expected text, got nothing"},
        BadCase{R"({"type": "string"})", "a: [x]", "p.yaml:1:4: a: expected text, got a list"},
        BadCase{R"({"type": "boolean"})", "a: yes",
                "p.yaml:1:4: a: expected true or false, got \"yes\"; did you mean true?"},
        BadCase{R"({"type": ["integer", "boolean"]})", "a: x",
                "p.yaml:1:4: a: expected an integer or true or false, got \"x\""},
        BadCase{R"({"type": "array"})", "a: {b: 1}",
                "p.yaml:1:4: a: expected a list, got a mapping"},
        BadCase{R"({"type": "object"})", "a: 1", "p.yaml:1:4: a: expected a mapping, got 1"},
        BadCase{R"({"type": "integer", "minimum": 1})", "a: 0",
                "p.yaml:1:4: a: must be at least 1, got 0"},
        BadCase{R"({"type": "integer", "maximum": 9})", "a: 10",
                "p.yaml:1:4: a: must be at most 9, got 10"},
        BadCase{R"({"type": "number", "exclusiveMinimum": 0})", "a: 0",
                "p.yaml:1:4: a: must be more than 0, got 0"},
        BadCase{R"({"type": "number", "exclusiveMaximum": 0.5})", "a: 0.5",
                "p.yaml:1:4: a: must be less than 0.5, got 0.5"},
        BadCase{R"({"type": "string", "format": "duration", "minimum": "1s"})", "a: 5ms",
                "p.yaml:1:4: a: must be at least 1s, got \"5ms\""},
        BadCase{R"({"type": "string", "format": "bytes", "maximum": "1KiB"})", "a: 2KiB",
                "p.yaml:1:4: a: must be at most 1KiB, got \"2KiB\""},
        BadCase{R"({"type": "string", "minLength": 1})", "a: \"\"",
                "p.yaml:1:4: a: must not be empty"},
        BadCase{R"({"type": "string", "minLength": 3})", "a: éé",
                "p.yaml:1:4: a: must have at least 3 characters, has 2"},
        BadCase{R"({"type": "string", "maxLength": 1})", "a: éé",
                "p.yaml:1:4: a: must have at most 1 character, has 2"},
        BadCase{R"({"type": "array", "minItems": 1})", "a: []",
                "p.yaml:1:4: a: must have at least 1 item, has 0"},
        BadCase{R"({"type": "array", "maxItems": 1})", "a: [1, 2]",
                "p.yaml:1:4: a: must have at most 1 item, has 2"},
        BadCase{R"({"type": "array", "items": {"type": "integer"}})", "a: [1, x]",
                "p.yaml:1:8: a[1]: expected an integer, got \"x\""},
        BadCase{R"({"type": "string", "pattern": "^[a-z]+$"})", "a: A1",
                "p.yaml:1:4: a: must match the pattern ^[a-z]+$, got \"A1\""},
        BadCase{R"({"type": "string", "format": "uri"})", "a: localhost:80",
                "p.yaml:1:4: a: expected a URL such as \"http://localhost:8080\""},
        BadCase{R"({"type": "string", "format": "path"})", "a: \"\"",
                "p.yaml:1:4: a: must not be empty"},
        BadCase{R"({"type": "string", "format": "duration"})", "a: soon",
                "p.yaml:1:4: a: expected a duration such as \"30s\", got \"soon\""},
        BadCase{R"({"type": "string", "format": "duration"})", "a: 30",
                "p.yaml:1:4: a: a duration needs a unit: ms, s, m, h or d, as in \"30s\", got 30"},
        BadCase{R"({"type": "string", "format": "bytes"})", "a: 8Mib",
                "p.yaml:1:4: a: expected a size such as \"64MiB\", got \"8Mib\""},
        BadCase{R"({"type": "string", "format": "rate"})", "a: fast",
                "p.yaml:1:4: a: expected a rate such as \"10/s\", got \"fast\""},
        BadCase{R"({"type": "string", "enum": ["hold", "process"]})", "a: hodl",
                "p.yaml:1:4: a: expected one of \"hold\", \"process\", got \"hodl\"; did you mean "
                "\"hold\"?"},
        BadCase{R"({"const": 1})", "a: 2", "p.yaml:1:4: a: must be 1, got 2"},
        BadCase{R"({"properties": {"records": {}}})", "a: {recrods: 1}",
                "p.yaml:1:5: a: unknown key \"recrods\"; did you mean \"records\"?"},
        BadCase{R"({"properties": {"records": {}}})", "a: {zzz: 1}",
                "p.yaml:1:5: a: unknown key \"zzz\"; the keys here are \"records\""},
        BadCase{R"({"additionalProperties": false})", "a: {zzz: 1}",
                "p.yaml:1:5: a: unknown key \"zzz\"; there are no keys here"},
        BadCase{R"({"required": ["url"]})", "a: {b: 1}",
                "p.yaml:1:4: a: missing required key \"url\""},
        BadCase{R"({"deprecated": true, "description": "use b"})", "a: 1",
                "p.yaml:1:1: a: warning: \"a\" is deprecated: use b"},
        BadCase{R"({"oneOf": [{"type": "integer"}, {"type": "array"}]})", "a: x",
                "p.yaml:1:4: a: expected an integer or a list, got \"x\""},
        BadCase{R"({"oneOf": [{"type": "integer"}, {"type": "string", "minLength": 2}]})", "a: x",
                "p.yaml:1:4: a: must have at least 2 characters, has 1"},
        BadCase{R"({"oneOf": [{"type": "integer"}, {"type": "number"}]})", "a: 1",
                "p.yaml:1:4: a: fits 2 of the allowed forms; say which"}));

TEST(Schema, ReportsEverythingInOneGo) {
  const Validated done = validate(
      R"({"type": "object", "required": ["url"], "properties": {
          "url": {"type": "string"}, "n": {"type": "integer", "default": 3}, "m": {"type": "integer"}}})",
      "n: x\nm: y\nz: 1\n");
  EXPECT_EQ(done.lines,
            (Lines{"p.yaml:1:1: missing required key \"url\"",
                   "p.yaml:1:4: n: expected an integer, got \"x\"",
                   "p.yaml:2:4: m: expected an integer, got \"y\"",
                   "p.yaml:3:1: unknown key \"z\"; the keys here are \"m\", \"n\", \"url\""}));
  EXPECT_EQ(done.value, json({{"n", 3}}));  // what was wrong is its default, or not there
}

TEST(Schema, NeverTellsASecret) {
  const std::string rules[] = {
      R"({"type": "integer", "x-secret": true})",
      R"({"type": "string", "minLength": 50, "x-secret": true})",
      R"({"type": "string", "pattern": "^x$", "x-secret": true})",
      R"({"enum": ["a"], "x-secret": true})",
      R"({"const": "a", "x-secret": true})",
      R"({"type": "string", "format": "duration", "x-secret": true})",
      R"({"oneOf": [{"type": "integer", "x-secret": true}, {"type": "array"}]})",
      R"({"type": "object", "x-secret": true})",
      R"({"type": "string", "format": "uri"})",
  };
  for (const std::string& rule : rules) {
    for (const char* yaml : {"a: hunter2", "a: ${S}"}) {
      const Validated done = validate(of_a(rule), yaml, {{"S", "hunter2"}});
      ASSERT_EQ(done.lines.size(), 1U) << rule;
      EXPECT_EQ(done.lines.front().find("hunter2"), std::string::npos) << done.lines.front();
    }
  }
  EXPECT_EQ(validate(of_a(rules[0]), "a: hunter2").lines,
            Lines{"p.yaml:1:4: a: expected an integer, got something else (a secret, not shown)"});
  const Validated nested =
      validate(of_a(R"({"x-secret": true, "additionalProperties": {"type": "integer"}})"),
               "a: {k: hunter2}");
  EXPECT_EQ(nested.lines.front().find("hunter2"), std::string::npos);
}

TEST(Schema, RedactsWhatIsSecret) {
  auto schema = Schema::parse(R"({"type": "object", "properties": {
      "token": {"type": "string", "x-secret": true}, "unset": {"type": "string", "x-secret": true},
      "url": {"type": "string", "format": "uri"}, "plain": {"type": "string"},
      "address": {"type": "string"},
      "list": {"type": "array", "items": {"x-secret": true}},
      "map": {"type": "object", "additionalProperties": {"x-secret": true}},
      "either": {"oneOf": [{"type": "integer"}, {"type": "string", "x-secret": true}]}}})");
  ASSERT_TRUE(schema.ok());
  EXPECT_EQ(
      schema->redact(json::parse(R"({"token": "t", "unset": "", "url": "redis://u:p@w@h:1/0",
      "plain": "x", "address": "http://u@h/", "list": ["a", {"b": 1}], "map": {"k": 5},
      "either": "s"})")),
      json::parse(R"({"token": "********", "unset": "", "url": "redis://********:********@h:1/0",
      "plain": "x", "address": "http://********@h/", "list": ["********", "********"],
      "map": {"k": "********"},
      "either": "********"})"));
}

TEST(Schema, WritesWhatItReads) {
  const std::string text = R"({"type": "object", "properties": {
      "wait": {"type": ["string", "number"], "format": "duration", "x-unit": "s"},
      "size": {"type": ["string", "integer"], "format": "bytes"},
      "rate": {"type": ["string", "integer"], "format": "rate"},
      "prompt": {"type": "string"}, "count": {"type": "integer"},
      "list": {"type": "array", "items": {"type": "string", "format": "duration"}},
      "either": {"oneOf": [{"type": "boolean"}, {"type": "string", "format": "bytes"}]}}})";
  const std::string yaml =
      R"({"wait": "1500ms", "size": "8MiB", "rate": "10/s", "prompt": "a $${x} for $$1",
          "count": 7, "list": ["2s", "0s"], "either": "1KiB"})";
  auto schema = Schema::parse(text);
  ASSERT_TRUE(schema.ok()) << schema.error().message;
  const Validated read = validate(text, yaml);
  ASSERT_EQ(read.lines, Lines{});
  EXPECT_EQ(schema->written(read.value), json::parse(yaml));
}

TEST(Schema, TakesNumbersFromVariables) {
  struct Case {
    const char* rule;
    const char* yaml;
    const char* value;
    const char* canonical;
  };
  for (const Case& c :
       {Case{R"({"type": "integer"})", "a: ${V}", "500", "500"},
        Case{R"({"type": "integer"})", "a: \"${V}\"", "500", "500"},
        Case{R"({"type": "integer"})", "{a: '${V}'}", "0x10", "16"},
        Case{R"({"type": "integer"})", "a: \"${V:-7}\"", "", "7"},
        Case{R"({"type": "integer"})", "a: \"${V}00\"", "5", "500"},
        Case{R"({"type": "number"})", "{a: \"${V}\"}", "0.5", "0.5"},
        Case{R"({"type": "boolean"})", "{a: \"${V}\"}", "true", "true"},
        Case{R"({"type": "string"})", "{a: \"${V}\"}", "500", "\"500\""},
        Case{R"({"type": "string"})", "a: ${V}", "true", "\"true\""},
        Case{R"({"type": ["string", "integer"]})", "{a: \"${V}\"}", "5", "\"5\""}}) {
    const Validated done = validate(of_a(c.rule), c.yaml, {{"V", c.value}});
    EXPECT_EQ(done.lines, Lines{}) << c.yaml;
    EXPECT_EQ(done.value["a"], json::parse(c.canonical)) << c.yaml;
  }
  EXPECT_EQ(validate(of_a(R"({"type": "integer"})"), "{a: \"${V}\"}", {{"V", "many"}}).lines,
            Lines{"p.yaml:1:5: a: expected an integer, got the value of \"${V}\""});
}

TEST(Schema, MatchesPatternsInBoundedTime) {
  const std::string hostile(1000, 'a');
  const Validated slow =
      validate(of_a(R"({"type": "string", "pattern": "^(a+)+$"})"), "a: " + hostile + "!");
  ASSERT_EQ(slow.lines.size(), 1U);
  const Validated long_text =
      validate(of_a(R"({"type": "string", "pattern": "^(a+)+$"})"), "a: " + hostile + hostile);
  EXPECT_EQ(long_text.lines, Lines{"p.yaml:1:4: a: must have at most 1024 bytes"});
}

}  // namespace
}  // namespace sluice::config
