#include "config/pipeline.hpp"

#include "config_testing.hpp"

#include <nlohmann/json.hpp>

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

namespace sluice::config {
namespace {

using namespace std::chrono_literals;

constexpr std::string_view kMinimal = "version: 1\nstages: {a: {plugin: x}}\nflow: [a]\n";

const std::string kDigest(64, 'A');

// Every setting there is, as the documentation shows them.
std::string full() {
  return R"(version: 1
name: docs-search
mode: micro-batch
modes:
  streaming:   {max_records: 81}
  micro-batch: {max_records: 11, max_wait: 3s}
  batch:       {max_records: 82, in_flight: 12, max_hold: 2h}
data: ./data
journal: {sync: interval}
limits: {records: 10000, bytes: 256MiB}
http:
  listen: 127.0.0.1:8080
  max_body: 64MiB
  tls: {certificate: cert.pem, key: /keys/key.pem}
api:
  token: ${SLUICE_API_TOKEN:-}
  rate_limit: 600/m
plugins:
  path: [/usr/lib/sluice/plugins]
  pin: {chunker: "sha256:)" +
         kDigest + R"("}
timeouts: {start: 30s, drain: 20s}
stages:
  crawl:
    plugin: firecrawl-source
    config: {webhook_secret: "${FIRECRAWL_WEBHOOK_SECRET:-}", api_url: "http://localhost:3002"}
  seen:    {plugin: redis-dedupe, config: {url: "redis://localhost:6379", ttl: 1h}}
  chunk:   {plugin: chunker, config: {max_tokens: 256, overlap_tokens: 50}}
  embed:
    plugin: tei-embedder
    concurrency: 10                   # batches in flight
    timeout: 30s                      # of one batch
    batch: {records: 80, bytes: 8MiB, wait: 5ms}
    retry: {attempts: 8, initial: 200ms, max: 30s, elapsed: 15m}
    config: {url: "http://localhost:8081"}
  vectors: {plugin: qdrant-sink, concurrency: 4, uses: [embed], config: {collection: docs}}
  words:   {plugin: bm25-sink, config: {k1: 1.2, b: 0.75}}
flow: [crawl, seen, chunk, [[embed, vectors], [words]]]
search:
  embed: embed
  providers: {vectors: {weight: 1.5, kind: semantic}, words: {kind: keyword}}
  rrf_k: 60
  timeout: 2s
)";
}

TEST(Pipeline, IsReadWithEveryValue) {
  const Loaded loaded = load_text(full());
  ASSERT_TRUE(loaded.findings.empty()) << loaded.findings.text();
  const Pipeline& p = *loaded.pipeline;
  EXPECT_EQ(p.version, 1);
  EXPECT_EQ(p.name, "docs-search");
  EXPECT_EQ(p.mode, Mode::kMicroBatch);
  EXPECT_EQ(p.modes.streaming.max_records, 81U);
  EXPECT_EQ(p.modes.micro_batch.max_records, 11U);
  EXPECT_EQ(p.modes.micro_batch.max_wait, 3s);
  EXPECT_EQ(p.modes.batch.max_records, 82U);
  EXPECT_EQ(p.modes.batch.in_flight, 12U);
  EXPECT_EQ(p.modes.batch.max_hold, 2h);
  EXPECT_EQ(p.data, "/etc/sluice/data");
  EXPECT_EQ(p.journal_sync, JournalSync::kInterval);
  EXPECT_EQ(p.limits.records, 10'000U);
  EXPECT_EQ(p.limits.bytes, 256U << 20U);
  EXPECT_EQ(p.http.listen, (Listen{"127.0.0.1", 8080}));
  EXPECT_EQ(p.http.max_body, 64U << 20U);
  EXPECT_EQ(p.http.tls.certificate, "/etc/sluice/cert.pem");
  EXPECT_EQ(p.http.tls.key, "/keys/key.pem");
  EXPECT_EQ(p.api.token, "");
  EXPECT_EQ(p.api.rate_limit, (Rate{600, 60s}));
  EXPECT_EQ(p.plugins.path, (std::vector<std::string>{"/usr/lib/sluice/plugins"}));
  EXPECT_EQ(p.plugins.pin.at("chunker"), "sha256:" + std::string(64, 'a'));
  EXPECT_EQ(p.timeouts.start, 30s);
  EXPECT_EQ(p.timeouts.drain, 20s);
  ASSERT_EQ(p.stages.size(), 6U);
  EXPECT_EQ(p.stages[0].name, "crawl");
  EXPECT_EQ(p.stages[5].name, "words");
  const StageSpec& embed = *p.stage("embed");
  EXPECT_EQ(embed.plugin, "tei-embedder");
  EXPECT_EQ(embed.concurrency, 10U);
  EXPECT_EQ(embed.timeout, 30s);
  EXPECT_EQ(embed.batch.records, 80U);
  EXPECT_EQ(embed.batch.bytes, 8U << 20U);
  EXPECT_EQ(embed.batch.wait, 5ms);
  EXPECT_EQ(embed.retry.attempts, 8U);
  EXPECT_EQ(embed.retry.initial, 200ms);
  EXPECT_EQ(embed.retry.max, 30s);
  EXPECT_EQ(embed.retry.elapsed, 15min);
  EXPECT_EQ(embed.config->get("url")->text(), "http://localhost:8081");
  EXPECT_EQ(embed.at, (Position{28, 3}));
  EXPECT_EQ(p.stage("vectors")->uses, (std::vector<std::string>{"embed"}));
  EXPECT_EQ(p.search.embed, "embed");
  ASSERT_EQ(p.search.providers->size(), 2U);
  EXPECT_EQ(p.search.providers->at(0).stage, "vectors");
  EXPECT_DOUBLE_EQ(p.search.providers->at(0).weight, 1.5);
  EXPECT_EQ(p.search.providers->at(0).kind, SearchKind::kSemantic);
  EXPECT_DOUBLE_EQ(p.search.providers->at(1).weight, 1.0);
  EXPECT_EQ(p.search.providers->at(1).kind, SearchKind::kKeyword);
  EXPECT_EQ(p.search.rrf_k, 60U);
  EXPECT_EQ(p.search.timeout, 2s);
}

TEST(Pipeline, HasTheDocumentedDefaults) {
  const Loaded loaded = load_text(kMinimal);
  ASSERT_TRUE(loaded.findings.empty()) << loaded.findings.text();
  const Pipeline& p = *loaded.pipeline;
  EXPECT_EQ(p.name, "p");  // of /etc/sluice/p.yaml
  EXPECT_EQ(p.mode, Mode::kStreaming);
  EXPECT_EQ(p.modes.streaming.max_records, 80U);
  EXPECT_EQ(p.modes.micro_batch.max_records, 10U);
  EXPECT_EQ(p.modes.micro_batch.max_wait, 2s);
  EXPECT_EQ(p.modes.batch.max_records, 80U);
  EXPECT_EQ(p.modes.batch.in_flight, 10U);
  EXPECT_EQ(p.modes.batch.max_hold, 1h);
  EXPECT_EQ(p.data, "/etc/sluice/data");
  EXPECT_EQ(p.journal_sync, JournalSync::kAlways);
  EXPECT_EQ(p.limits.records, 10'000U);
  EXPECT_EQ(p.limits.bytes, 256U << 20U);
  EXPECT_EQ(p.http.listen.text(), "127.0.0.1:8080");
  EXPECT_EQ(p.http.max_body, 64U << 20U);
  EXPECT_EQ(p.http.tls.certificate, "");
  EXPECT_EQ(p.api.rate_limit.count, 0U);
  EXPECT_EQ(p.timeouts.start, 30s);
  EXPECT_EQ(p.timeouts.drain, 20s);
  EXPECT_EQ(p.stages[0].concurrency, std::nullopt);
  EXPECT_EQ(p.stages[0].timeout, 30s);
  EXPECT_EQ(p.stages[0].batch.records, std::nullopt);
  EXPECT_EQ(p.stages[0].batch.bytes, std::nullopt);
  EXPECT_EQ(p.stages[0].batch.wait, 0s);
  EXPECT_EQ(p.stages[0].retry.attempts, 8U);
  EXPECT_EQ(p.stages[0].retry.initial, 200ms);
  EXPECT_EQ(p.stages[0].retry.max, 30s);
  EXPECT_EQ(p.stages[0].retry.elapsed, 15min);
  EXPECT_EQ(p.stages[0].config, nullptr);
  EXPECT_EQ(p.search.embed, std::nullopt);
  EXPECT_EQ(p.search.providers, std::nullopt);
  EXPECT_EQ(p.search.rrf_k, 60U);
  EXPECT_EQ(p.search.timeout, 2s);
}

std::string shape(const FlowNode& node) {
  if (node.kind == FlowNode::Kind::kStage) return node.stage;
  std::string out = node.kind == FlowNode::Kind::kSequence ? "(" : "{";
  for (const FlowNode& child : node.children) out += (out.size() > 1 ? " " : "") + shape(child);
  return out + (node.kind == FlowNode::Kind::kSequence ? ")" : "}");
}

TEST(Flow, IsATree) {
  struct Case {
    const char* flow;
    const char* expected;
  };
  for (const Case& c :
       {Case{"[a, b, c]", "(a b c)"}, Case{"[a, b, [[c, d], [e]]]", "(a b {(c d) (e)})"},
        Case{"[[a, b], c]", "((a b) c)"}, Case{"[[a, b, c]]", "((a b c))"},
        Case{"[[a], [b]]", "({(a) (b)})"},
        Case{"[a, [[b, [[c], [d]]], [e]]]", "(a {(b {(c) (d)}) (e)})"}}) {
    const Loaded loaded =
        load_text("version: 1\nstages: {a: {plugin: x}}\nflow: " + std::string(c.flow) + "\n");
    ASSERT_TRUE(loaded.findings.empty()) << loaded.findings.text();
    EXPECT_EQ(shape(loaded.pipeline->flow), c.expected) << c.flow;
  }
}

TEST(Flow, KnowsItsPlaces) {
  const Loaded loaded = load_text(full());
  const FlowNode& words = loaded.pipeline->flow.children[3].children[1].children[0];
  EXPECT_EQ(words.stage, "words");
  EXPECT_EQ(words.path, "flow[3][1][0]");
  EXPECT_EQ(words.node->at(), (Position{37, 48}));
}

TEST(Pipeline, ReportsEveryErrorOfShapeInOneGo) {
  const Loaded loaded = load_text(
      "version: 2\n"
      "mode: stream\n"
      "http:\n"
      "  listen: foo\n"
      "journal: {sync: yes}\n"
      "stages:\n"
      "  crawl:\n"
      "    timeout: 0s\n"
      "    concurrency: lots\n"
      "    batch: {recrods: 1}\n"
      "    retry: {initial: 1h}\n"
      "  9x: {plugin: 5}\n"
      "flow: [crawl, {a: b}, [], x]\n"
      "limits: {bytes: 5XB, records: 0}\n"
      "stagse: 1\n"
      "api: {token: \"${NOPE}\", rate_limit: fast}\n"
      "plugins: {path: [rel], pin: {x: \"sha256:12\"}}\n");
  const std::string f = "/etc/sluice/p.yaml:";
  EXPECT_EQ(
      lines_of(loaded.findings),
      (Lines{
          f + "1:10: version: must be 1, got 2",
          f + "2:7: mode: expected one of \"streaming\", \"micro-batch\", \"batch\", got "
              "\"stream\"; "
              "did you mean \"streaming\"?",
          f + "4:11: http.listen: expected address:port such as 127.0.0.1:8080, 0.0.0.0:8080 or "
              "[::1]:8080, got \"foo\"",
          f + "5:17: journal.sync: expected one of \"always\", \"interval\", \"off\", got \"yes\"",
          f + "8:5: stages.crawl: missing required key \"plugin\"",
          f + "8:14: stages.crawl.timeout: must be at least 1ms, got \"0s\"",
          f + "9:18: stages.crawl.concurrency: expected an integer, got \"lots\"",
          f + "10:13: stages.crawl.batch: unknown key \"recrods\"; did you mean \"records\"?",
          f + "11:22: stages.crawl.retry: \"initial\" (1h) is longer than \"max\" (30s)",
          f + "12:3: stages.9x: \"9x\" is not a stage name; use up to 64 letters, digits, \"_\" "
              "and "
              "\"-\", with a letter first",
          f + "12:16: stages.9x.plugin: expected text, got 5; put it in quotes",
          f + "13:15: flow[1]: expected the name of a stage or a list, got a mapping",
          f + "13:23: flow[2]: an empty list has no stages; name one or leave the list out",
          f + "14:17: limits.bytes: expected a size such as \"64MiB\", got \"5XB\"",
          f + "14:31: limits.records: must be at least 1, got 0",
          f + "15:1: unknown key \"stagse\"; did you mean \"stages\"?",
          f + "16:14: api.token: the environment variable NOPE is not set; set it, or write "
              "${NOPE:-default}",
          f + "16:37: api.rate_limit: expected a rate such as \"10/s\", got \"fast\"",
          f + "17:18: plugins.path[0]: must be an absolute path: which plugins run must not depend "
              "on where the host starts",
          f + "17:33: plugins.pin.x: must match the pattern ^sha256:[0-9a-fA-F]{64}$, got "
              "\"sha256:12\"",
      }));
  EXPECT_TRUE(loaded.pipeline.has_value());  // so that the wiring can be looked at as well
}

TEST(Pipeline, NeedsThreeKeys) {
  EXPECT_EQ(lines_of(load_text("{}").findings),
            (Lines{"/etc/sluice/p.yaml:1:1: missing required key \"version\"",
                   "/etc/sluice/p.yaml:1:1: missing required key \"stages\"",
                   "/etc/sluice/p.yaml:1:1: missing required key \"flow\""}));
  EXPECT_EQ(lines_of(load_text("just words").findings),
            (Lines{"/etc/sluice/p.yaml:1:1: expected a mapping, got \"just words\""}));
  EXPECT_EQ(lines_of(load_text("version: 1\nstages: {}\nflow: []\n").findings),
            (Lines{"/etc/sluice/p.yaml:2:9: stages: there are no stages; name at least one",
                   "/etc/sluice/p.yaml:3:7: flow: must have at least 1 item, has 0"}));
}

TEST(Pipeline, TakesAPortFromTheEnvironment) {
  const std::string text = std::string(kMinimal) + "http: {listen: \"127.0.0.1:${PORT}\"}\n" +
                           "limits:\n  records: ${RECORDS}\n";
  const Loaded loaded = load_text(text, {}, {{"PORT", "0"}, {"RECORDS", "7"}});
  ASSERT_TRUE(loaded.findings.empty()) << loaded.findings.text();
  EXPECT_EQ(loaded.pipeline->http.listen.port, 0);
  EXPECT_EQ(loaded.pipeline->limits.records, 7U);
}

TEST(Pipeline, HasABoundedNumberOfStages) {
  std::string text = "version: 1\nflow: [s0]\nstages:\n";
  for (int i = 0; i < 257; ++i) text += "  s" + std::to_string(i) + ": {plugin: x}\n";
  EXPECT_EQ(lines_of(load_text(text).findings),
            (Lines{"/etc/sluice/p.yaml:4:3: stages: there are 257 stages; the most is 256"}));
}

TEST(Pipeline, HidesItsSecretsWhenShown) {
  const Loaded loaded = load_text(std::string(kMinimal) + "api: {token: hunter2}\n");
  EXPECT_EQ(loaded.pipeline->api.token, "hunter2");
  const auto shown = nlohmann::json::parse(loaded.shown());
  EXPECT_EQ(shown["api"]["token"], "********");
  EXPECT_EQ(shown["stages"]["a"]["retry"]["max"], 30'000);
  EXPECT_EQ(loaded.shown().find("hunter2"), std::string::npos);
}

TEST(Pipeline, IsLoadedFromAFile) {
  const auto folder = std::filesystem::path(testing::TempDir()) / "sluice_pipeline_test";
  std::filesystem::create_directories(folder);
  std::ofstream(folder / "docs.search.yaml") << kMinimal << "data: ../x\n";
  const Loaded loaded = load_pipeline(folder / "docs.search.yaml", {});
  ASSERT_TRUE(loaded.findings.empty()) << loaded.findings.text();
  EXPECT_EQ(loaded.pipeline->name, "docs.search");
  EXPECT_EQ(loaded.pipeline->data, folder.parent_path() / "x");
  std::filesystem::remove_all(folder);
}

TEST(Pipeline, IsOneFindingWhenTheFileIsMissing) {
  const Loaded loaded = load_pipeline("/nonexistent/p.yaml", {});
  EXPECT_FALSE(loaded.pipeline);
  EXPECT_EQ(lines_of(loaded.findings),
            (Lines{"/nonexistent/p.yaml: there is no such file; give the "
                   "path of a pipeline file"}));
}

TEST(Pipeline, KeepsItsNodesWhenMoved) {
  Loaded loaded = load_text(full());
  const Loaded moved = std::move(loaded);
  EXPECT_EQ(moved.pipeline->stage("words")->config, moved.document.find("/stages/words/config"));
}

}  // namespace
}  // namespace sluice::config
