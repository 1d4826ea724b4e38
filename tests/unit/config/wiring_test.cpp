#include "config/wiring.hpp"

#include "config_testing.hpp"

#include <nlohmann/json.hpp>

#include <gtest/gtest.h>

#include <algorithm>

namespace sluice::config {
namespace {

const std::map<std::string, PluginFacts>& plugins() {
  static const std::map<std::string, PluginFacts> facts{
      {"source",
       {.id = "source",
        .roles = {"sluice.source/1"},
        .config_schema = R"({"type": "object", "properties": {
            "secret": {"type": "string", "x-secret": true, "minLength": 3},
            "url": {"type": "string", "format": "uri"}}})"}},
      {"dedupe", {.id = "dedupe", .roles = {"sluice.dedupe/1"}}},
      {"chunker",
       {.id = "chunker",
        .roles = {"sluice.transform/1"},
        .config_schema = R"({"type": "object", "properties": {
            "max_tokens": {"type": "integer", "minimum": 1, "default": 256}}})"}},
      {"embedder",
       {.id = "embedder", .roles = {"sluice.transform/1", "sluice.embed/1"}, .reentrant = true}},
      {"vectors",
       {.id = "vectors",
        .roles = {"sluice.sink/1", "sluice.search/1"},
        .idempotent = true,
        .search_wants_vector = true}},
      {"words", {.id = "words", .roles = {"sluice.sink/1", "sluice.search/1"}, .idempotent = true}},
      {"log", {.id = "log", .roles = {"sluice.sink/1"}}},
      {"idle", {.id = "idle", .roles = {}}},
      {"broken",
       {.id = "broken",
        .roles = {"sluice.sink/1"},
        .config_schema = "{\"typ\": 1}",
        .idempotent = true}},
  };
  return facts;
}

struct Wired {
  Loaded loaded;
  Wiring wiring;
  Lines lines;  // without the file's name
};

Wired wire(const std::string& text) {
  Wired out{.loaded = load_text(text), .wiring = {}, .lines = {}};
  EXPECT_TRUE(out.loaded.pipeline) << out.loaded.findings.text();
  if (!out.loaded.pipeline) return out;
  const auto facts = [](const StageSpec& stage) -> const PluginFacts* {
    const auto found = plugins().find(stage.plugin);
    return found == plugins().end() ? nullptr : &found->second;
  };
  out.wiring = check_wiring(*out.loaded.pipeline, out.loaded.document, facts, out.loaded.findings);
  for (const std::string& line : lines_of(out.loaded.findings)) {
    out.lines.push_back(line.substr(std::string_view("/etc/sluice/p.yaml:").size()));
  }
  return out;
}

// Stages s (source), d (dedupe), c (chunker), e (embedder), v and w (sinks that search) stand on
// lines 3 to 8, and the flow on line 9. Those that the flow leaves out are left out here too.
std::string with_flow(const std::string& flow, const std::string& more = "") {
  std::string text = "version: 1\nstages:\n";
  const std::pair<const char*, const char*> all[] = {{"s", "source"},  {"d", "dedupe"},
                                                     {"c", "chunker"}, {"e", "embedder"},
                                                     {"v", "vectors"}, {"w", "words"}};
  for (const auto& [name, plugin] : all) {
    const bool is_used = flow.find(name) != std::string::npos;
    text += is_used ? "  " + std::string(name) + ": {plugin: " + plugin + "}\n" : "\n";
  }
  return text + "flow: " + flow + "\n" + more;
}

using Edges = std::map<std::string, std::vector<std::string>>;

TEST(Wiring, FindsSourcesDedupeAndEdges) {
  const Wired wired = wire(with_flow("[s, d, c, [[e, v], [w]]]"));
  EXPECT_EQ(wired.lines, Lines{});
  EXPECT_EQ(wired.wiring.sources, Lines{"s"});
  EXPECT_EQ(wired.wiring.dedupe, "d");
  EXPECT_EQ(wired.wiring.heads, Lines{"c"});
  EXPECT_EQ(wired.wiring.edges, (Edges{{"c", {"e", "w"}}, {"e", {"v"}}}));
  EXPECT_EQ(wired.wiring.order, (Lines{"c", "e", "v", "w"}));
}

TEST(Wiring, TakesFlowsOfEveryAllowedForm) {
  struct Case {
    const char* flow;
    Lines sources;
    Lines heads;
    Edges edges;
  };
  for (const Case& c : {
           Case{"[s, w]", {"s"}, {"w"}, {}},
           Case{"[s, c, w]", {"s"}, {"c"}, {{"c", {"w"}}}},
           Case{"[[s, c, w]]", {"s"}, {"c"}, {{"c", {"w"}}}},
           Case{"[s, [c, w]]", {"s"}, {"c"}, {{"c", {"w"}}}},
           Case{"[s, [[w], [e, v]]]", {"s"}, {"w", "e"}, {{"e", {"v"}}}},
           Case{"[s, d, [[w], [e, v]]]", {"s"}, {"w", "e"}, {{"e", {"v"}}}},
           Case{"[s, [[[w], [e, v]], [c, [[x]]]]]",
                {"s"},
                {"w", "e", "c"},
                {{"c", {"x"}}, {"e", {"v"}}}},
           Case{"[[s, s2], c, w]", {"s", "s2"}, {"c"}, {{"c", {"w"}}}},
           Case{"[[[s], [s2]], c, w]", {"s", "s2"}, {"c"}, {{"c", {"w"}}}},
       }) {
    std::string text = with_flow(c.flow);
    const std::size_t at = text.find("flow:");
    std::string extra;
    if (std::string(c.flow).find("s2") != std::string::npos) extra += "  s2: {plugin: source}\n";
    if (std::string(c.flow).find('x') != std::string::npos) extra += "  x: {plugin: words}\n";
    text.insert(at, extra);
    const Wired wired = wire(text);
    EXPECT_EQ(wired.lines, Lines{}) << c.flow;
    EXPECT_EQ(wired.wiring.sources, c.sources) << c.flow;
    EXPECT_EQ(wired.wiring.heads, c.heads) << c.flow;
    EXPECT_EQ(wired.wiring.edges, c.edges) << c.flow;
  }
}

struct FlowCase {
  const char* flow;
  Lines lines;
};

class ImpossibleFlow : public testing::TestWithParam<FlowCase> {};

TEST_P(ImpossibleFlow, IsReportedAtItsPlace) {
  EXPECT_EQ(wire(with_flow(GetParam().flow)).lines, GetParam().lines);
}

INSTANTIATE_TEST_SUITE_P(
    Wiring, ImpossibleFlow,
    testing::Values(
        FlowCase{"[s, chnk, w]",
                 {"5:3: stages.c: the stage \"c\" is not used; name it in \"flow\" or take it out",
                  "9:11: flow[1]: there is no stage \"chnk\" in \"stages\""}},
        FlowCase{"[s, c, c, w]",
                 {"9:14: flow[2]: the stage \"c\" is in the flow twice; the first is at line 9, "
                  "column 11"}},
        FlowCase{"[c, w]",
                 {"9:8: flow[0]: \"c\" (chunker) is not a source; a flow begins with one"}},
        FlowCase{"[s]",
                 {"9:7: flow: the flow has no sink; end it with a stage that stores what it "
                  "gets"}},
        FlowCase{"[s, d]",
                 {"9:7: flow: the flow has no sink; end it with a stage that stores what it "
                  "gets"}},
        FlowCase{
            "[s, c]",
            {"9:11: flow[1]: this branch ends in \"c\" (chunker), which is not a sink; what it "
             "makes would go nowhere"}},
        FlowCase{
            "[s, c, d, w]",
            {"9:14: flow[2]: \"d\" (dedupe) removes duplicates, so it stands directly behind the "
             "sources"}},
        FlowCase{
            "[s, c, d]",
            {"9:14: flow[2]: \"d\" (dedupe) removes duplicates, so it stands directly behind the "
             "sources"}},
        FlowCase{"[s, w, c, w2]",
                 {"9:11: flow[1]: \"w\" (words) is a sink, so nothing can follow it; to run stages "
                  "side by side give each a list of its own: [[w], [...]]",
                  "9:17: flow[3]: there is no stage \"w2\" in \"stages\""}},
        FlowCase{
            "[s, [[w], [e, v]], c]",
            {"9:11: flow[1]: branches end the list they are in; move what follows into each of "
             "them, or in front"}},
        FlowCase{"[[[s, c, w], [e, v]]]",
                 {"9:8: flow[0]: branches come behind a source; several sources are one list: [[a, "
                  "b], next]"}},
        FlowCase{"[[s, c], w]",
                 {"9:12: flow[0][1]: \"c\" (chunker) is not a source; a flow begins with one"}}));

TEST(Wiring, HelpsWithAMisspeltStageOnce) {
  EXPECT_EQ(wire("version: 1\nstages:\n  crawl: {plugin: source}\n  words: {plugin: words}\n"
                 "flow: [crawl, wrods]\n")
                .lines,
            Lines{"5:15: flow[1]: there is no stage \"wrods\" in \"stages\"; did you mean "
                  "\"words\"?"});
}

TEST(Wiring, AllowsOneDedupe) {
  std::string text = with_flow("[s, d, d2, w]");
  text.insert(text.find("flow:"), "  d2: {plugin: dedupe}\n");
  EXPECT_EQ(wire(text).lines,
            Lines{"10:14: flow[2]: \"d2\" (dedupe) removes duplicates, but \"d\" (dedupe) already "
                  "does; keep one"});
}

TEST(Wiring, PutsSourcesFirst) {
  std::string text = with_flow("[s, s2, w]");
  text.insert(text.find("flow:"), "  s2: {plugin: source}\n");
  EXPECT_EQ(wire(text).lines, Lines{"10:11: flow[1]: \"s2\" (source) is a source; sources stand at "
                                    "the head of the flow: [[a, b], next]"});
}

TEST(Wiring, ReportsUnusedStages) {
  const std::string base =
      "version: 1\nstages:\n  s: {plugin: source}\n  w: {plugin: words}\n  e: {plugin: embedder}\n"
      "flow: [s, w]\n";
  EXPECT_EQ(wire(base).lines, Lines{"5:3: stages.e: the stage \"e\" is not used; name it in "
                                    "\"flow\" or take it out"});
  EXPECT_EQ(wire(base + "search: {embed: e}\n").lines, Lines{});
}

TEST(Wiring, ChecksWhatStagesUse) {
  const Wired wired = wire(
      "version: 1\nstages:\n"
      "  s: {plugin: source}\n"
      "  alpha: {plugin: chunker, uses: [beta, btea]}\n"
      "  beta: {plugin: chunker, uses: [gamma]}\n"
      "  gamma: {plugin: chunker, uses: [alpha]}\n"
      "  w: {plugin: words, uses: [w]}\n"
      "flow: [s, w]\n");
  EXPECT_EQ(
      wired.lines,
      (Lines{"4:34: stages.alpha.uses: stages use each other in a circle: alpha → beta → gamma "
             "→ alpha",
             "4:41: stages.alpha.uses[1]: there is no stage \"btea\" in \"stages\"; did you "
             "mean \"beta\"?",
             "7:28: stages.w.uses: stages use each other in a circle: w → w"}));
}

TEST(Wiring, ChecksEveryConfigByItsPluginsSchema) {
  const Wired wired = wire(
      "version: 1\nstages:\n"
      "  s: {plugin: source, config: {secret: ab, url: nowhere}}\n"
      "  c: {plugin: chunker, config: {max_tokns: 1}}\n"
      "  w: {plugin: words, config: {a: 1}}\n"
      "  x: {plugin: broken}\n"
      "flow: [s, c, [[w], [x]]]\n");
  EXPECT_EQ(
      wired.lines,
      (Lines{"3:40: stages.s.config.secret: must have at least 3 characters, has 2",
             "3:49: stages.s.config.url: expected a URL such as \"http://localhost:8080\"",
             "4:33: stages.c.config: unknown key \"max_tokns\"; did you mean \"max_tokens\"?",
             "5:31: stages.w.config: unknown key \"a\"; there are no keys here",
             "6:3: stages.x: the plugin broken cannot be used: its settings have a broken "
             "schema: the schema is wrong at its top: unsupported keyword \"typ\"; did you mean "
             "\"type\"?"}));
}

TEST(Wiring, KeepsCanonicalConfigsAndHidesSecrets) {
  const Wired wired = wire(
      "version: 1\nstages:\n"
      "  s: {plugin: source, config: {secret: hunter2}}\n"
      "  c: {plugin: chunker, config: }\n"
      "  w: {plugin: words}\n"
      "flow: [s, c, w]\n");
  EXPECT_EQ(wired.lines, Lines{});
  EXPECT_EQ(wired.wiring.configs.at("s").canonical, R"({"secret":"hunter2"})");
  EXPECT_EQ(wired.wiring.configs.at("s").shown, R"({"secret":"********"})");
  EXPECT_EQ(wired.wiring.configs.at("c").canonical, R"({"max_tokens":256})");
  EXPECT_EQ(wired.wiring.configs.at("w").canonical, "{}");
}

TEST(Wiring, WarnsOfWhatWorksOtherwiseThanItLooks) {
  const Wired wired = wire(
      "version: 1\nstages:\n"
      "  s: {plugin: source, concurrency: 3}\n"
      "  c: {plugin: chunker, concurrency: 4}\n"
      "  e: {plugin: embedder, concurrency: 4}\n"
      "  l: {plugin: log}\n"
      "flow: [s, c, e, l]\n");
  EXPECT_EQ(
      wired.lines,
      (Lines{"3:23: stages.s.concurrency: warning: has no effect on a source; it is for the stages "
             "that get batches",
             "4:37: stages.c.concurrency: warning: chunker takes one batch at a time (it blocks "
             "and is not reentrant), so 4 has the effect of 1",
             "6:3: stages.l: warning: log is not idempotent: delivery is at least once, so it "
             "may store a record twice after a retry or a restart"}));
  EXPECT_FALSE(wired.loaded.findings.has_errors());
}

TEST(Wiring, SearchesEverythingThatCanBySelf) {
  const Wired wired = wire(with_flow("[s, c, [[e, v], [w]]]"));
  const SearchWiring& search = wired.wiring.search;
  EXPECT_EQ(search.embed, "e");
  ASSERT_EQ(search.providers.size(), 2U);
  EXPECT_EQ(search.providers[0].stage, "v");
  EXPECT_EQ(search.providers[0].kind, SearchKind::kSemantic);
  EXPECT_EQ(search.providers[1].stage, "w");
  EXPECT_EQ(search.providers[1].kind, SearchKind::kKeyword);
  EXPECT_EQ(search.rrf_k, 60U);
  EXPECT_EQ(search.timeout, std::chrono::seconds(2));
}

TEST(Wiring, TakesTheSearchThatIsGiven) {
  const Wired wired =
      wire(with_flow("[s, c, [[e, v], [w]]]", "search: {embed: e, providers: {w: {weight: 2}}}\n"));
  EXPECT_EQ(wired.lines, Lines{});
  ASSERT_EQ(wired.wiring.search.providers.size(), 1U);
  EXPECT_EQ(wired.wiring.search.providers[0].stage, "w");
  EXPECT_DOUBLE_EQ(wired.wiring.search.providers[0].weight, 2);
}

TEST(Wiring, ChecksTheSearchThatIsGiven) {
  const Wired wired =
      wire(with_flow("[s, c, [[e, v], [w]]]",
                     "search:\n  embed: c\n  providers: {vv: {}, c: {}, w: {weight: -1}}\n"));
  EXPECT_EQ(
      wired.lines,
      (Lines{"11:10: search.embed: \"c\" (chunker) does not embed; these do: \"e\"",
             "12:15: search.providers.vv: there is no stage \"vv\" in \"stages\"",
             "12:23: search.providers.c: \"c\" (chunker) cannot be searched; these can: \"v\", "
             "\"w\"",
             "12:42: search.providers.w.weight: must be at least 0, got -1"}));
}

TEST(Wiring, NeedsSomebodyToEmbedForASemanticSearch) {
  const std::string message =
      " searches by vector, so \"search.embed\" must name the stage that embeds the query";
  EXPECT_EQ(wire(with_flow("[s, v]")).lines, Lines{"7:6: stages.v: \"v\" (vectors)" + message});
  EXPECT_EQ(wire(with_flow("[s, w]", "search: {providers: {w: {kind: semantic}}}\n")).lines,
            Lines{"10:22: search.providers.w: \"w\" (words)" + message});
}

TEST(Wiring, GuardsWhatOthersCanReach) {
  const auto http = [](const std::string& more) { return wire(with_flow("[s, w]", more)).lines; };
  EXPECT_EQ(
      http("http: {listen: \"0.0.0.0:80\"}\n"),
      Lines{"10:16: http.listen: other machines can reach 0.0.0.0:80, so \"api.token\" must be "
            "set; or listen on 127.0.0.1"});
  EXPECT_EQ(http("http: {listen: \"0.0.0.0:80\"}\napi: {token: t}\n"), Lines{});
  EXPECT_EQ(http("http: {listen: \"[::1]:80\"}\n"), Lines{});
  EXPECT_EQ(
      http("http: {tls: {key: k}}\n"),
      Lines{"10:13: http.tls: \"certificate\" is missing; TLS needs a certificate and its key, "
            "or neither"});
  EXPECT_EQ(http("http: {tls: {certificate: c}}\n"),
            Lines{"10:13: http.tls: \"key\" is missing; TLS needs a certificate and its key, or "
                  "neither"});
  EXPECT_EQ(http("http: {tls: {certificate: c, key: k}}\n"), Lines{});
}

TEST(Wiring, JudgesNothingThatDependsOnAnUnknownPlugin) {
  EXPECT_EQ(
      wire("version: 1\nstages:\n  a: {plugin: gone}\n  b: {plugin: gone}\nflow: [a, b]\n").lines,
      Lines{});
}

TEST(Wiring, IsCheckedBesideErrorsOfShape) {
  const Wired wired = wire(
      "version: 1\nstages:\n"
      "  s: {plugin: source}\n"
      "  c: {plugin: chunker, concurrency: lots, config: {max_tokens: 0}}\n"
      "flow: [s, c]\n");
  EXPECT_EQ(
      wired.lines,
      (Lines{"4:37: stages.c.concurrency: expected an integer, got \"lots\"",
             "4:64: stages.c.config.max_tokens: must be at least 1, got 0",
             "5:11: flow[1]: this branch ends in \"c\" (chunker), which is not a sink; what it "
             "makes would go nowhere"}));
}

TEST(Wiring, FindsPinsThatProtectNothing) {
  const std::string pin = "\"sha256:" + std::string(64, '0') + "\"";
  EXPECT_EQ(
      wire(with_flow("[s, c, w]", "plugins: {pin: {chunker: " + pin + ", chnker: " + pin +
                                      ", other: " + pin + "}}\n"))
          .lines,
      (Lines{"10:101: plugins.pin.chnker: no stage uses a plugin \"chnker\", so this protects "
             "nothing; did you mean \"chunker\"?",
             "10:184: plugins.pin.other: no stage uses a plugin \"other\", so this protects "
             "nothing"}));
}

TEST(Wiring, WarnsOfSettingsWithoutEffect) {
  EXPECT_EQ(
      wire("version: 1\nstages:\n"
           "  s: {plugin: source, concurrency: 2, timeout: 1s}\n"
           "  d: {plugin: dedupe, batch: {records: 1}, retry: {attempts: 1}}\n"
           "  w: {plugin: words, timeout: 1s, batch: {records: 1}, retry: {attempts: 1}}\n"
           "flow: [s, d, w]\n")
          .lines,
      (Lines{"3:23: stages.s.concurrency: warning: has no effect on a source; it is for the "
             "stages that get batches",
             "3:39: stages.s.timeout: warning: has no effect on a source; it is for the stages "
             "that get batches",
             "4:23: stages.d.batch: warning: has no effect on a dedupe stage; it is for the "
             "stages that get batches",
             "4:44: stages.d.retry: warning: has no effect on a dedupe stage; it is for the "
             "stages that get batches"}));
}

TEST(ConfigFinding, StandsWhereTheSettingDoes) {
  const Loaded loaded = load_text(
      "version: 1\nstages:\n  a: {plugin: x, config: {n: {m: 1}}}\n  b: {plugin: x}\nflow: [a]\n");
  const StageSpec& a = *loaded.pipeline->stage("a");
  EXPECT_EQ(config_finding(a, "/n/m", "is odd").text(),
            "/etc/sluice/p.yaml:3:34: stages.a.config.n.m: is odd");
  EXPECT_EQ(config_finding(a, "/n/gone", "is odd").text(),
            "/etc/sluice/p.yaml:3:30: stages.a.config.n.gone: is odd");
  EXPECT_EQ(config_finding(*loaded.pipeline->stage("b"), "/n", "is odd").text(),
            "/etc/sluice/p.yaml:4:3: stages.b.config.n: is odd");
}

}  // namespace
}  // namespace sluice::config
