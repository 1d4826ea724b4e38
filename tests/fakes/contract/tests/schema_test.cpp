// That the judge finds what is wrong, and nothing else.
#include "fakes/contract/schema.hpp"

#include <gtest/gtest.h>

namespace sluice::fakes {
namespace {

using nlohmann::json;
using Complaints = std::vector<std::string>;

Complaints judge(const json& value, const json& schema) {
  static const json kDocument = {
      {"components",
       {{"schemas",
         {{"Id", {{"anyOf", {{{"type", "integer"}, {"minimum", 0}}, {{"type", "string"}}}}}}}}}}};
  return misfits(value, schema, kDocument);
}

const json kPoint = {{"type", "object"},
                     {"required", {"id"}},
                     {"properties",
                      {{"id", {{"$ref", "#/components/schemas/Id"}}},
                       {"note", {{"type", "string"}, {"nullable", true}}},
                       {"kind", {{"enum", {"a", "b"}}}},
                       {"vector", {{"type", "array"}, {"items", {{"type", "number"}}}}}}}};

TEST(ContractSchema, TakesWhatFits) {
  for (const json& value : {json{{"id", 1}}, json{{"id", "x"}, {"note", nullptr}},
                            json{{"id", 0}, {"kind", "b"}, {"vector", {1, 2.5}}}}) {
    EXPECT_EQ(judge(value, kPoint), Complaints{}) << value;
  }
}

TEST(ContractSchema, NamesThePlaceOfWhatDoesNot) {
  EXPECT_EQ(judge(json::object(), kPoint), Complaints{": lacks id"});
  EXPECT_EQ(judge({{"id", true}}, kPoint), Complaints{"/id: is true, not of type \"integer\""});
  EXPECT_EQ(judge({{"id", -1}}, kPoint), Complaints{"/id: is below 0"});
  EXPECT_EQ(judge({{"id", 1}, {"vector", {1, "2"}}}, kPoint),
            Complaints{"/vector/1: is \"2\", not of type \"number\""});
  EXPECT_EQ(judge({{"id", 1}, {"kind", "c"}}, kPoint),
            Complaints{"/kind: is \"c\", none of [\"a\",\"b\"]"});
  EXPECT_EQ(judge({{"id", 1}, {"notes", "x"}}, kPoint), Complaints{"/notes: is not known"});
  EXPECT_EQ(judge({{"id", nullptr}}, kPoint), Complaints{"/id: is null, not of type \"integer\""});
}

TEST(ContractSchema, OpenObjectsMayHaveMore) {
  const json open = {{"type", "object"}, {"additionalProperties", {{"type", "integer"}}}};
  EXPECT_EQ(judge({{"a", 1}}, open), Complaints{});
  EXPECT_EQ(judge({{"a", "1"}}, open), Complaints{"/a: is \"1\", not of type \"integer\""});
  EXPECT_EQ(judge({{"a", 1}}, {{"type", "object"}}), Complaints{});
}

TEST(ContractSchema, TextsHaveTheirForm) {
  EXPECT_EQ(judge("2026-01-02T03:04:05.678Z", {{"format", "date-time"}}), Complaints{});
  EXPECT_EQ(judge("today", {{"format", "date-time"}}), Complaints{": is no time: today"});
  EXPECT_EQ(judge("1", {{"format", "uuid"}}), Complaints{": is no UUID: 1"});
  EXPECT_EQ(judge("", {{"minLength", 1}}), Complaints{": is too short"});
  EXPECT_EQ(judge("b", {{"pattern", "^a"}}), Complaints{": does not match \"^a\""});
  EXPECT_EQ(judge("b", {{"const", "a"}}), Complaints{": is \"b\", not \"a\""});
  EXPECT_EQ(judge(json::array(), {{"type", "array"}, {"minItems", 1}}),
            Complaints{": has too few items"});
}

TEST(ContractSchema, OurOwnDocumentsSayNothingThatNobodyChecks) {
  const json schema = {{"type", "integer"}, {"multipleOf", 2}};
  EXPECT_EQ(misfits(1, schema, {}, Author::kOurs),
            Complaints{": the schema uses \"multipleOf\", which nobody checks"});
  EXPECT_EQ(misfits(1, schema, {}, Author::kVendor), Complaints{});
  const json both = {{"oneOf", {{{"type", "integer"}}, {{"type", "number"}}}}};
  EXPECT_EQ(misfits(1, both, {}, Author::kOurs), Complaints{": fits 2 alternatives, not one"});
  EXPECT_EQ(misfits(1, both, {}, Author::kVendor), Complaints{});
}

TEST(ContractSchema, AnAlternativeThatOnlySaysNullIsForNullAlone) {
  const json schema = {{"anyOf", {{{"type", "string"}}, {{"nullable", true}}}}};
  EXPECT_EQ(judge("x", schema), Complaints{});
  EXPECT_EQ(judge(1, schema), Complaints{": is 1, not of type \"string\""});
}

}  // namespace
}  // namespace sluice::fakes
