// What only the whole host can know of a pipeline file: `check` and `run` say it alike, before
// anything starts.
#include "net/tls_files.hpp"
#include "support/test_host.hpp"

#include <gtest/gtest.h>

#include <filesystem>

namespace sluice::testing {
namespace {

class Check : public ::testing::Test {
 protected:
  // That both verbs refuse the text with this sentence, behind the name of the file.
  void expect_refused(const std::string& text, const std::string& sentence) const {
    const std::string file = folder_.write("p.yaml", text).string();
    for (const char* verb : {"check", "run"}) {
      const auto done = run_sluice({verb, file});
      EXPECT_EQ(done.exit_code, kConfigExit) << verb << done.out << done.err;
      EXPECT_NE(done.err.find(file + ":" + sentence), std::string::npos)
          << verb << ": " << sentence << "\nis not in\n"
          << done.err;
    }
  }

  TemporaryFolder folder_;
};

// Two sources, each with settings of its own.
std::string two_sources(const std::string& first, const std::string& second) {
  return "version: 1\nhttp: {listen: \"127.0.0.1:0\"}\nplugins: {path: [" SLUICE_PLUGIN_FOLDER
         "]}\nstages:\n"
         "  a: {plugin: firecrawl-source" +
         first + "}\n  b: {plugin: firecrawl-source" + second +
         "}\n  words: {plugin: bm25-sink}\nflow: [[a, b], words]\n";
}

TEST_F(Check, FindsTwoStagesThatWantOnePath) {
  expect_refused(two_sources("", ""),
                 "6:3: stages.b.config.webhook_path: the stage \"a\" (line 5) has POST "
                 "/api/webhook/firecrawl already; give one of them another path");
  expect_refused(two_sources(", config: {webhook_path: /hook}", ", config: {webhook_path: /hook}"),
                 "6:56: stages.b.config.webhook_path: the stage \"a\" (line 5) has POST /hook "
                 "already; give one of them another path");
}

TEST_F(Check, FindsEveryPathThatIsWantedTwice) {
  const std::string api = ", config: {api_url: \"http://127.0.0.1:1\"";
  expect_refused(two_sources(api + "}", api + ", webhook_path: /hook}"),
                 "6:41: stages.b.config: the stage \"a\" (line 5) has * /v1/{rest...} already; "
                 "only one can, so change the settings of one of them");
  expect_refused(two_sources(api + "}", api + ", webhook_path: /hook, proxy: false}"),
                 "6:41: stages.b.config.change_path: the stage \"a\" (line 5) has POST "
                 "/api/webhook/changedetection already; give one of them another path");
}

TEST_F(Check, FindsAPathOfTheHostsOwn) {
  expect_refused(two_sources("", ", config: {webhook_path: /api/search}"),
                 "6:56: stages.b.config.webhook_path: the host itself has POST /api/search "
                 "already; choose another path");
}

TEST_F(Check, TakesPathsOfTheirOwn) {
  const auto file = folder_.write("p.yaml", two_sources("", ", config: {webhook_path: /hook}"));
  const auto done = run_sluice({"check", file.string()});
  EXPECT_EQ(done.exit_code, 0) << done.err;
}

TEST_F(Check, FindsWhatIsWrongWithEveryStage) {
  const std::string text =
      PipelineFile{.chunk_config = "max_tokens: many",
                   .source_config = ", min_status: 400, max_status: 300, api_url: nonsense"}
          .text();
  expect_refused(text, "9:51: stages.chunk.config.max_tokens: expected an integer, got \"many\"");
  expect_refused(text,
                 "7:99: stages.crawl.config.min_status: min_status is above max_status, so no page "
                 "would be indexed. Also api_url: api_url is not an http:// or https:// address");
}

TEST_F(Check, FindsTlsFilesThatCannotBeUsed) {
  const auto with = [](const std::string& files) {
    return PipelineFile{.http = ", tls: {" + files + "}"}.text();
  };
  const std::string nothing = with("certificate: /nope.pem, key: /nope.key");
  expect_refused(nothing,
                 "4:50: http.tls.certificate: \"/nope.pem\" cannot be used (No such file or "
                 "directory); give a readable PEM file");
  expect_refused(nothing,
                 "4:66: http.tls.key: \"/nope.key\" cannot be used (No such file or directory); "
                 "give a readable PEM file");
  folder_.write("text.pem", "no certificate");
  expect_refused(with("certificate: text.pem, key: text.pem"),
                 "4:50: http.tls.certificate: \"" + (folder_.path() / "text.pem").string() +
                     "\" cannot be used (no start line)");
}

TEST_F(Check, FindsAKeyOfAnotherCertificate) {
  const net::test::TlsFiles one("IP:127.0.0.1");
  const net::test::TlsFiles other("IP:127.0.0.1");
  expect_refused(
      PipelineFile{.http =
                       ", tls: {certificate: " + one.certificate() + ", key: " + other.key() + "}"}
          .text(),
      "4:" + std::to_string(57 + one.certificate().size()) + ": http.tls.key: \"" + other.key() +
          "\" does not belong to the certificate \"" + one.certificate() + "\"");
}

// Which no check can know: the plugin asks for it only when it starts.
TEST_F(Check, LeavesTheRestToTheStartOfTheStage) {
  struct Late {
    std::string path;
    std::string finding;
  };
  for (const Late& late :
       {Late{"/api/search",
             ":13:3: stages.moody: The route POST /api/search of moody is taken: "
             "host has POST /api/search."},
        Late{"/api/webhook/firecrawl",
             ":7:3: stages.crawl: The route POST /api/webhook/firecrawl "
             "of crawl is taken: moody has POST"}}) {
    const std::string text = PipelineFile{.moody = "late_route: " + late.path}.text();
    const std::string file = folder_.write("p.yaml", text).string();
    EXPECT_EQ(run_sluice({"check", file}).exit_code, 0);
    const auto done = run_sluice({"run", file});
    EXPECT_EQ(done.exit_code, kConfigExit) << done.err;
    EXPECT_NE(done.err.find(file + late.finding), std::string::npos) << done.err;
  }
}

}  // namespace
}  // namespace sluice::testing
