#include "config/schema.hpp"

#include "config/pipeline_schema.hpp"

#include <nlohmann/json.hpp>

#include <gtest/gtest.h>

namespace sluice::config {
namespace {

struct SchemaCase {
  const char* text;
  const char* error;
};

class BrokenSchema : public testing::TestWithParam<SchemaCase> {};

TEST_P(BrokenSchema, IsRefusedWithTheReason) {
  const auto schema = Schema::parse(GetParam().text);
  ASSERT_FALSE(schema.ok());
  EXPECT_EQ(schema.error().fault, Fault::kConfig);
  EXPECT_EQ(schema.error().message, GetParam().error);
}

INSTANTIATE_TEST_SUITE_P(
    Schema, BrokenSchema,
    testing::Values(
        SchemaCase{"{", "the schema is not valid JSON"},
        SchemaCase{"[]", "the schema is wrong at its top: expected an object"},
        SchemaCase{
            R"({"propertys": {}})",
            "the schema is wrong at its top: unsupported keyword \"propertys\"; did you mean "
            "\"properties\"?"},
        SchemaCase{R"({"$ref": "#"})",
                   "the schema is wrong at its top: unsupported keyword \"$ref\""},
        SchemaCase{
            R"({"properties": {"a/b": {"type": "int"}}})",
            "the schema is wrong at /properties/a~1b/type: unknown type \"int\"; did you mean "
            "\"integer\"?"},
        SchemaCase{R"({"type": 5})", "the schema is wrong at /type: expected a string"},
        SchemaCase{R"({"type": []})", "the schema is wrong at /type: expected a type"},
        SchemaCase{R"({"enum": []})", "the schema is wrong at /enum: expected a list of values"},
        SchemaCase{R"({"required": "a"})",
                   "the schema is wrong at /required: expected a list of keys"},
        SchemaCase{R"({"properties": []})",
                   "the schema is wrong at /properties: expected an object"},
        SchemaCase{R"({"minimum": "x"})", "the schema is wrong at /minimum: expected a number"},
        SchemaCase{R"({"minLength": -1})",
                   "the schema is wrong at /minLength: expected an integer of at least 0"},
        SchemaCase{R"({"pattern": "("})",
                   "the schema is wrong at /pattern: \"(\" is not a regular expression without "
                   "back-references"},
        SchemaCase{R"({"pattern": "(a)\\1"})",
                   "the schema is wrong at /pattern: \"(a)\\\\1\" is not a regular expression "
                   "without back-references"},
        SchemaCase{R"({"format": "url"})",
                   "the schema is wrong at /format: unsupported format \"url\"; did you mean "
                   "\"uri\"?"},
        SchemaCase{R"({"x-unit": "s"})",
                   "the schema is wrong at /x-unit: belongs to \"format\": \"duration\""},
        SchemaCase{R"({"format": "duration", "x-unit": "y"})",
                   "the schema is wrong at /x-unit: \"y\" is not one of ms, s, m, h, d"},
        SchemaCase{R"({"x-secret": 1})",
                   "the schema is wrong at /x-secret: expected true or false"},
        SchemaCase{R"({"oneOf": {}})", "the schema is wrong at /oneOf: expected a list of schemas"},
        SchemaCase{R"({"oneOf": [{"type": "x"}]})",
                   "the schema is wrong at /oneOf/0/type: unknown type \"x\""},
        SchemaCase{R"({"items": 5})", "the schema is wrong at /items: expected an object"},
        SchemaCase{R"({"type": "integer", "default": "x"})",
                   "the schema is wrong at /default: does not fit its own schema: expected an "
                   "integer, got \"x\""}));

TEST(SchemaText, MayNotNestWithoutEnd) {
  std::string text;
  for (int i = 0; i < 100; ++i) text += R"({"items": )";
  text += "{}" + std::string(100, '}');
  const auto schema = Schema::parse(text);
  ASSERT_FALSE(schema.ok());
  EXPECT_TRUE(schema.error().message.ends_with("is nested deeper than 64 levels"));
}

TEST(SchemaText, MayNotBeHuge) {
  EXPECT_EQ(Schema::parse(std::string(2 * 1024 * 1024, ' ')).error().message,
            "the schema is larger than 1 MiB");
}

TEST(PipelineSchema, IsValid) {
  const auto schema = Schema::parse(pipeline_schema_text());
  EXPECT_TRUE(schema.ok()) << schema.error().message;
  EXPECT_FALSE(nlohmann::json::parse(pipeline_schema_text()).empty());
}

}  // namespace
}  // namespace sluice::config
