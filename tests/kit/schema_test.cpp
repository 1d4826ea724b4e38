// `sluice schema`: one JSON Schema of the file, with the settings of every plugin there is.
#include "support/host_process.hpp"

#include <nlohmann/json.hpp>

#include <gtest/gtest.h>

#include <set>

namespace sluice::testing {
namespace {

using nlohmann::json;

TEST(SchemaVerb, KnowsTheFileAndEveryPluginsSettings) {
  const auto done = run_sluice({"schema", "--path", SLUICE_PLUGIN_FOLDER});
  ASSERT_EQ(done.exit_code, 0) << done.err;
  const json schema = json::parse(done.out, nullptr, false);
  ASSERT_TRUE(schema.is_object());
  EXPECT_EQ(schema["$schema"], "https://json-schema.org/draft/2020-12/schema");
  EXPECT_EQ(schema["additionalProperties"], false);
  const json& stage = schema["properties"]["stages"]["additionalProperties"];
  std::set<std::string> plugins;
  for (const json& each : stage["allOf"]) {
    const std::string name = each["if"]["properties"]["plugin"]["const"];
    plugins.insert(name);
    const json& settings = each["then"]["properties"]["config"];
    EXPECT_EQ(settings["additionalProperties"], false) << name;
    if (name != "chunker") continue;
    const json& tokens = settings["properties"]["max_tokens"];
    EXPECT_EQ(tokens["default"], 256);
    EXPECT_EQ(tokens["anyOf"][0]["maximum"], 8192);
    EXPECT_EQ(tokens["anyOf"][1]["pattern"], R"(\$\{)");  // or from the environment
  }
  for (const char* name : {"firecrawl-source", "chunker", "bm25-sink"})
    EXPECT_EQ(plugins.count(name), 1U) << name;
}

TEST(SchemaVerb, PrintsTablesForTheDocumentation) {
  const auto done = run_sluice({"schema", "--markdown", "--path", SLUICE_PLUGIN_FOLDER});
  ASSERT_EQ(done.exit_code, 0) << done.err;
  EXPECT_NE(done.out.find("### chunker\n"), std::string::npos);
  EXPECT_NE(done.out.find("| `max_tokens` | `256` | No chunk has more tokens. 16 to 8192. |\n"),
            std::string::npos)
      << done.out;
}

TEST(NewVerb, SaysWhatIsWrong) {
  const auto unknown = run_sluice({"new", "trnsform", "x"});
  EXPECT_EQ(unknown.exit_code, 2);
  EXPECT_NE(unknown.err.find("there is no template \"trnsform\"; there are: c, dedupe, sink, "
                             "source, transform"),
            std::string::npos)
      << unknown.err;
  const auto name = run_sluice({"new", "c", "My_Name"});
  EXPECT_EQ(name.exit_code, 2);
  EXPECT_NE(name.err.find("a name is lower-case words with hyphens between them"),
            std::string::npos)
      << name.err;
}

}  // namespace
}  // namespace sluice::testing
