#include "config/overrides.hpp"

#include "config_testing.hpp"

#include <gtest/gtest.h>

namespace sluice::config {
namespace {

struct Set {
  Document document;
  Findings findings;
};

Set set(const std::vector<std::string>& overrides) {
  Findings findings;
  Document document = Document::parse("a: {b: 1, c: [x, y]}\nn:\ns: text\n", "p.yaml", findings);
  apply_overrides(document, overrides, findings);
  return {std::move(document), std::move(findings)};
}

TEST(Overrides, ReplaceAndAddValues) {
  const Set done = set({"a.b=2", "a.c[1]=z", "a.c.2=w", "n.deep.er=5", "new=x=y: #z",
                        "list=[1, {k: v}]", "quoted=\"5\"", "empty="});
  ASSERT_TRUE(done.findings.empty()) << done.findings.text();
  const auto text = [&](const char* pointer) { return done.document.find(pointer)->text(); };
  EXPECT_EQ(text("/a/b"), "2");
  EXPECT_EQ(text("/a/c/1"), "z");
  EXPECT_EQ(text("/a/c/2"), "w");
  EXPECT_EQ(text("/n/deep/er"), "5");
  EXPECT_EQ(text("/new"), "x=y: #z");
  EXPECT_EQ(text("/list/1/k"), "v");
  EXPECT_EQ(text("/quoted"), "5");
  EXPECT_EQ(text("/empty"), "");
  EXPECT_EQ(done.document.find("/quoted")->style(), Node::Style::kQuoted);
}

TEST(Overrides, StandAtTheirColumn) {
  const Set done = set({"a.b=2", "list=[1, {k: v}]"});
  EXPECT_EQ(done.document.find("/a/b")->at(), (Position{1, 5}));
  EXPECT_EQ(done.document.find("/list/1/k")->at(), (Position{1, 14}));
  EXPECT_EQ(done.document.find("/a/b")->file(), "--set");
}

TEST(Overrides, TheLaterWins) {
  EXPECT_EQ(set({"a.b=2", "a.b=3"}).document.find("/a/b")->text(), "3");
}

TEST(Overrides, ReportWhatCannotBeSet) {
  const Set done =
      set({"nothing", "=x", "a..b=1", "s.t=1", "a.c.7=1", "a.c.x=1", "l=[1", "x=\xFF"});
  EXPECT_EQ(lines_of(done.findings),
            (Lines{"--set:1:1: expected path=value, such as stages.embed.concurrency=4, got "
                   "\"nothing\"",
                   "--set:1:1: expected path=value, such as stages.embed.concurrency=4, got \"=x\"",
                   "--set:1:1: \"a..b\" is not a path such as stages.embed.timeout",
                   "--set:1:3: s: is a single value, so \"t\" cannot be set in it",
                   "--set:1:5: a.c: is a list of 2; \"7\" is not an index in it",
                   "--set:1:5: a.c: is a list of 2; \"x\" is not an index in it",
                   "--set:1:3: the bracket that opens here is never closed",
                   "--set:1:1: the text is not valid UTF-8"}));
}

TEST(Overrides, ReachThroughToThePipeline) {
  const char* text = "version: 1\nstages: {a: {plugin: x, concurrency: 2}}\nflow: [a]\n";
  const Loaded loaded = load_text(text, {"stages.a.concurrency=4", "name=5", "api.token=12345"});
  ASSERT_TRUE(loaded.findings.empty()) << loaded.findings.text();
  EXPECT_EQ(loaded.pipeline->stage("a")->concurrency, 4U);
  EXPECT_EQ(loaded.pipeline->name, "5");
  EXPECT_EQ(loaded.pipeline->api.token, "12345");
  EXPECT_EQ(lines_of(load_text(text, {"stages.a.concurrency=lots"}).findings),
            (Lines{"--set:1:22: stages.a.concurrency: expected an integer, got \"lots\""}));
  EXPECT_EQ(lines_of(load_text(text, {"stages.a.cncurrency=4"}).findings),
            (Lines{"--set:1:10: stages.a: unknown key \"cncurrency\"; did you mean "
                   "\"concurrency\"?"}));
}

TEST(Overrides, SaveAnUnsetVariable) {
  const Loaded loaded =
      load_text("version: 1\nname: ${NOPE}\nstages: {a: {plugin: x}}\nflow: [a]\n", {"name=given"});
  EXPECT_TRUE(loaded.findings.empty()) << loaded.findings.text();
  EXPECT_EQ(loaded.pipeline->name, "given");
}

}  // namespace
}  // namespace sluice::config
