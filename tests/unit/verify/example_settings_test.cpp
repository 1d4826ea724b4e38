// Settings made up from a schema are ones that the host accepts.
#include "verify/example_settings.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace sluice::verify {
namespace {

using Json = nlohmann::json;

Json schema_of(const char* properties, const char* required) {
  return Json::parse(std::string(R"({"type":"object","additionalProperties":false,"properties":)") +
                     properties + R"(,"required":)" + required + "}");
}

TEST(ExampleSettings, HasAValueForWhatIsRequired) {
  const Json schema = schema_of(
      R"({"a":{"type":"string"},"b":{"type":"string","format":"uri"},"c":{"type":"integer","minimum":5},
          "d":{"type":"string","enum":["x","y"]},"e":{"type":"string","examples":["redis://h"]},
          "f":{"type":["string","integer"],"format":"duration","x-unit":"s"},
          "g":{"type":"integer","default":3},"h":{"type":"boolean"},"i":{"type":"string"}})",
      R"(["a","b","c","d","e","f","g","h"])");
  const Json made = example_settings(schema);
  EXPECT_EQ(made, Json::parse(R"({"a":"example","b":"http://127.0.0.1:1","c":5,"d":"x",
                                  "e":"redis://h","f":"1s","g":3,"h":false})"));
  EXPECT_EQ(refusal_of(schema.dump(), made), "");
}

TEST(ExampleSettings, TakesOverridesAsJsonOrText) {
  Json settings = Json::object();
  EXPECT_TRUE(apply_overrides(settings, {"n=7", "url=http://h:1/?a=b", "t=true"}));
  EXPECT_EQ(settings, Json::parse(R"({"n":7,"url":"http://h:1/?a=b","t":true})"));
  const auto wrong = apply_overrides(settings, {"nothing"});
  ASSERT_FALSE(wrong);
  EXPECT_EQ(wrong.error().message, "--set nothing: write key=value");
}

TEST(ExampleSettings, SaysWhatTheSchemaRefuses) {
  const Json schema = schema_of(R"({"n":{"type":"integer"}})", "[]");
  EXPECT_NE(refusal_of(schema.dump(), Json::parse(R"({"n":"x"})")).find("expected an integer"),
            std::string::npos);
  EXPECT_NE(refusal_of("{", Json::object()), "");
}

}  // namespace
}  // namespace sluice::verify
