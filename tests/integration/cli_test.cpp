// The verbs that need no host.
#include "support/test_host.hpp"

#include <gtest/gtest.h>

#include <filesystem>

namespace sluice::testing {
namespace {

using nlohmann::json;

constexpr int kUsage = 2;
class Cli : public ::testing::Test {
 protected:
  std::string good() const { return folder_.write("good.yaml", PipelineFile().text()).string(); }
  std::string bad() const {
    return folder_.write("bad.yaml", PipelineFile{.top = "moed: streaming\n"}.text()).string();
  }

  TemporaryFolder folder_;
};

TEST_F(Cli, ChecksFiles) {
  const auto fine = run_sluice({"check", good()});
  EXPECT_EQ(fine.exit_code, 0) << fine.err;
  EXPECT_NE(fine.out.find("good.yaml: fine"), std::string::npos) << fine.out;
  const auto wrong = run_sluice({"check", good(), bad()});
  EXPECT_EQ(wrong.exit_code, kConfigExit);
  EXPECT_NE(wrong.err.find(R"(6:1: unknown key "moed"; did you mean "mode"?)"), std::string::npos)
      << wrong.err;
  EXPECT_FALSE(std::filesystem::exists(folder_.path() / "data"));
}

TEST_F(Cli, ChecksForMachines) {
  const auto wrong = run_sluice({"check", bad(), "--output", "json"});
  EXPECT_EQ(wrong.exit_code, kConfigExit);
  const auto findings = json::parse(wrong.out)["findings"];
  ASSERT_EQ(findings.size(), 1U) << wrong.out;
  EXPECT_EQ(findings[0]["file"], (folder_.path() / "bad.yaml").string());
  EXPECT_EQ(findings[0]["line"], 6);
  EXPECT_EQ(findings[0]["column"], 1);
  EXPECT_TRUE(findings[0]["message"].is_string());
  const auto fine = run_sluice({"check", good(), "--output", "json"});
  EXPECT_EQ(fine.exit_code, 0);
  EXPECT_TRUE(json::parse(fine.out)["findings"].empty()) << fine.out;
}

TEST_F(Cli, OverridesValuesOfTheFile) {
  EXPECT_EQ(run_sluice({"check", good(), "--set", "mode=batch"}).exit_code, 0);
  EXPECT_EQ(run_sluice({"check", good(), "--set", "mode=never"}).exit_code, kConfigExit);
  const auto shown =
      run_sluice({"explain", good(), "--output", "json", "--set", "stages.words.config.k1=1.7"});
  EXPECT_EQ(json::parse(shown.out)["stages"]["words"]["config"]["k1"], 1.7) << shown.out;
}

TEST_F(Cli, ExplainsAPipelineWithItsDefaults) {
  const auto text = run_sluice({"explain", good()});
  EXPECT_EQ(text.exit_code, 0) << text.err;
  EXPECT_NE(text.out.find("streaming"), std::string::npos) << text.out;
  const auto machine = run_sluice({"explain", good(), "--output", "json"});
  EXPECT_EQ(machine.exit_code, 0) << machine.err;
  const auto shown = json::parse(machine.out);
  EXPECT_EQ(shown["mode"], "streaming");
  EXPECT_EQ(shown["stages"]["chunk"]["config"]["max_tokens"], 64) << machine.out;
  EXPECT_EQ(shown["stages"]["words"]["config"]["b"], 0.75) << machine.out;
  EXPECT_EQ(run_sluice({"explain", bad()}).exit_code, kConfigExit);
}

TEST_F(Cli, ExplainsAPipelineAsOneThatCheckTakes) {
  const std::string text =
      PipelineFile{.top = "modes: {streaming: {max_records: 12}}\n",
                   .source_config = ", api_url: \"http://me:hunter2@127.0.0.1:1\", timeout: 90"}
          .text();
  const auto done =
      run_sluice({"explain", folder_.write("p.yaml", text).string(), "--output", "json"});
  ASSERT_EQ(done.exit_code, 0) << done.err;
  const auto shown = json::parse(done.out);
  const auto& chunk = shown["stages"]["chunk"];
  EXPECT_EQ(chunk["concurrency"], 1);
  EXPECT_EQ(chunk["timeout"], "30s");
  EXPECT_EQ(chunk["batch"], json::parse(R"({"records": 12, "bytes": "8MiB", "wait": "0s"})"));
  EXPECT_EQ(shown["stages"]["words"]["batch"]["records"], 80);
  EXPECT_EQ(shown["stages"]["crawl"]["config"]["timeout"], "90s");
  EXPECT_EQ(shown["stages"]["crawl"]["config"]["api_url"], "http://********:********@127.0.0.1:1");
  EXPECT_FALSE(shown["stages"]["seen"].contains("batch"));
  EXPECT_EQ(shown["modes"]["batch"]["max_hold"], "1h");
  EXPECT_EQ(shown["limits"]["bytes"], "256MiB");
  EXPECT_EQ(shown["data"], (folder_.path() / "data").string());
  EXPECT_EQ(shown["search"]["embed"], "embed");
  EXPECT_EQ(shown["search"]["providers"],
            json::parse(R"({"vectors": {"weight": 1.0, "kind": "semantic"},
                            "words": {"weight": 1.0, "kind": "keyword"}})"));
  EXPECT_EQ(done.out.find("hunter2"), std::string::npos);
  // It means the same, wherever it is put.
  const TemporaryFolder elsewhere;
  const auto again = elsewhere.write("again.yaml", done.out).string();
  const auto checked = run_sluice({"check", again});
  EXPECT_EQ(checked.exit_code, 0) << checked.err;
  EXPECT_EQ(checked.err, "");
  EXPECT_EQ(run_sluice({"explain", again, "--output", "json"}).out, done.out);
}

TEST_F(Cli, ExplainsWhatItsModeMeans) {
  const std::vector<std::pair<std::string, std::string>> modes = {
      {"streaming", "at once while the first stage has a free slot"},
      {"micro-batch", "2s after the oldest of them came"},
      {"batch", "when its crawl closes, in batches of 80"}};
  for (const auto& [mode, leaves] : modes) {
    const auto shown = run_sluice({"explain", good(), "--set", "mode=" + mode});
    EXPECT_EQ(shown.exit_code, 0) << shown.err;
    for (const std::string& text :
         {leaves, std::string("Stage words    1 call in flight"), std::string("202 means"),
          std::string("Held"),
          std::string("Source crawl   firecrawl-source; takes POST "
                      "/api/webhook/firecrawl"),
          std::string("Dedupe seen    local-dedupe; asked in one call")}) {
      EXPECT_NE(shown.out.find(text), std::string::npos) << text << '\n' << shown.out;
    }
  }
}

TEST_F(Cli, DrawsAPipeline) {
  const auto mermaid = run_sluice({"graph", good()});
  EXPECT_EQ(mermaid.exit_code, 0) << mermaid.err;
  EXPECT_TRUE(mermaid.out.starts_with("flowchart LR\n")) << mermaid.out;
  for (const char* edge : {"crawl --> seen", "seen --> chunk", "chunk --> embed", "chunk --> words",
                           "embed --> vectors"}) {
    EXPECT_NE(mermaid.out.find(edge), std::string::npos) << edge << mermaid.out;
  }
  const auto dot = run_sluice({"graph", good(), "--format", "dot"});
  EXPECT_TRUE(dot.out.starts_with("digraph")) << dot.out;
  EXPECT_NE(dot.out.find(R"("embed" -> "vectors")"), std::string::npos) << dot.out;
}

TEST_F(Cli, DrawsAPipelineForMachines) {
  const auto done = run_sluice({"graph", good(), "--output", "json"});
  EXPECT_EQ(done.exit_code, 0) << done.err;
  const auto drawn = json::parse(done.out);
  EXPECT_EQ(drawn["stages"][0], json::parse(R"({"name": "crawl", "plugin": "firecrawl-source"})"));
  EXPECT_EQ(drawn["stages"].size(), 6U);
  EXPECT_EQ(drawn["edges"][0], json::parse(R"({"from": "crawl", "to": "seen"})"));
  EXPECT_EQ(drawn["edges"].size(), 5U);
}

TEST_F(Cli, PrintsForMachinesWhereverItPrintsData) {
  const auto checks = run_sluice({"verify", "--list", "--output", "json"});
  EXPECT_EQ(checks.exit_code, 0) << checks.err;
  const auto list = json::parse(checks.out);
  ASSERT_FALSE(list.empty());
  for (const char* key : {"id", "severity", "promise"})
    EXPECT_TRUE(list[0][key].is_string()) << key;
  const auto schema = run_sluice({"schema", "--path", SLUICE_PLUGIN_FOLDER, "--output", "json"});
  EXPECT_EQ(schema.exit_code, 0) << schema.err;
  EXPECT_EQ(json::parse(schema.out)["title"], "Sluice pipeline");
}

TEST_F(Cli, ListsAndInspectsPlugins) {
  const auto list = run_sluice({"plugins", "--path", SLUICE_PLUGIN_FOLDER, "--output", "json"});
  EXPECT_EQ(list.exit_code, 0) << list.err;
  std::vector<std::string> names;
  for (const auto& plugin : json::parse(list.out)) names.push_back(plugin["name"]);
  for (const char* name : {"bm25-sink", "chunker", "firecrawl-source", "hash-embedder",
                           "local-dedupe", "local-vectors"}) {
    EXPECT_NE(std::find(names.begin(), names.end(), name), names.end()) << name << list.out;
    const std::string file = std::string(SLUICE_PLUGIN_FOLDER) + "/" + name + ".so";
    const auto shown = run_sluice({"inspect", file, "--load", "--output", "json"});
    EXPECT_EQ(shown.exit_code, 0) << shown.out << shown.err;
    const auto facts = json::parse(shown.out);
    EXPECT_EQ(facts["id"], std::string("sluice.") + name);
    EXPECT_FALSE(facts["components"][0]["roles"].empty());
  }
  const std::string text = run_sluice({"plugins", "--path", SLUICE_PLUGIN_FOLDER}).out;
  EXPECT_FALSE(text.empty());
  // A folder may also be named from where one stands.
  const std::string from_here = std::filesystem::relative(SLUICE_PLUGIN_FOLDER).string();
  EXPECT_EQ(run_sluice({"plugins", "--path", from_here}).out, text);
}

TEST_F(Cli, InspectsWhatIsNoPlugin) {
  const auto text = folder_.write("text.so", "no plugin");
  const auto done = run_sluice({"inspect", text.string()});
  EXPECT_EQ(done.exit_code, 1);
  EXPECT_NE(done.err.find("not an ELF file"), std::string::npos) << done.err;
  EXPECT_EQ(run_sluice({"inspect", (folder_.path() / "nothing.so").string()}).exit_code, 1);
}

TEST_F(Cli, HelpsWithEveryVerb) {
  const auto all = run_sluice({"--help"});
  EXPECT_EQ(all.exit_code, 0);
  for (const char* verb : {"run", "check", "explain", "graph", "feed", "search", "status", "crawls",
                           "plugins", "inspect"}) {
    EXPECT_NE(all.out.find(verb), std::string::npos) << verb;
    const auto help = run_sluice({verb, "--help"});
    EXPECT_EQ(help.exit_code, 0) << verb;
    EXPECT_GT(help.out.size(), 100U) << verb;
  }
  EXPECT_TRUE(run_sluice({"--version"}).out.starts_with("sluice "));
}

TEST_F(Cli, HelpsInPlainText) {
  for (const char* verb : {"run", "check", "explain", "graph", "plugins", "inspect", "verify"}) {
    const auto help = run_sluice({verb, "--help"});
    EXPECT_NE(help.out.find("--output text|json [text]"), std::string::npos) << help.out;
    for (const char c : help.out) {
      EXPECT_TRUE(c == '\n' || static_cast<unsigned char>(c) >= 0x20) << verb << ": " << +c;
    }
  }
}

TEST_F(Cli, HelpsWithAVerbThatIsNamed) {
  EXPECT_EQ(run_sluice({"help"}).out, run_sluice({"--help"}).out);
  EXPECT_EQ(run_sluice({"help", "run"}).out, run_sluice({"run", "--help"}).out);
  EXPECT_EQ(run_sluice({"help", "dlq", "ls"}).out, run_sluice({"dlq", "ls", "--help"}).out);
  EXPECT_EQ(run_sluice({"help", "run"}).exit_code, 0);
}

TEST_F(Cli, SaysWhichWordIsWrong) {
  struct Case {
    std::vector<std::string> words;
    std::string sentence;
  };
  for (const Case& c :
       {Case{{"chek", "x"}, "sluice: there is no verb \"chek\"; did you mean \"check\"?\n"},
        Case{{"bogus"}, "sluice: there is no verb \"bogus\"\n\"sluice --help\" lists them.\n"},
        Case{{"help", "bogus"}, "sluice: there is no verb \"bogus\"\n"},
        Case{{"dlq", "shwo"},
             "there is no verb \"shwo\"; did you mean \"show\"?\n\"sluice dlq "
             "--help\" lists them.\n"},
        Case{{"check", good(), "--output", "xml"},
             "--output: it is one of text, json, not \"xml\""},
        Case{{"run", good(), "--log-level", "inf"},
             "--log-level: it is one of debug, info, warn, error, not \"inf\"; did you mean "
             "\"info\"?"},
        Case{{"check", good(), "--set", "mode"},
             "--set: expected path=value, such as stages.embed.concurrency=4, got \"mode\""}}) {
    const auto done = run_sluice(c.words);
    EXPECT_EQ(done.exit_code, kUsage) << done.err;
    EXPECT_NE(done.err.find(c.sentence), std::string::npos) << done.err;
  }
}

TEST_F(Cli, RefusesWrongUse) {
  const std::vector<std::vector<std::string>> uses = {{},
                                                      {"dance"},
                                                      {"run"},
                                                      {"check"},
                                                      {"run", good(), "--colour"},
                                                      {"check", good(), "--output", "xml"},
                                                      {"graph", good(), "--format", "png"},
                                                      {"search"},
                                                      {"feed"},
                                                      {"feed", "http://127.0.0.1:1"},
                                                      {"search", "a", "--limit", "0"},
                                                      {"search", "a", "--url", "nonsense://"}};
  for (const auto& use : uses) {
    const auto done = run_sluice(use);
    EXPECT_EQ(done.exit_code, kUsage) << (use.empty() ? "nothing" : use.back()) << done.err;
    EXPECT_FALSE(done.err.empty());
  }
}

}  // namespace
}  // namespace sluice::testing
