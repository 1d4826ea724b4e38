#include "config/document.hpp"

#include "config_testing.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

namespace sluice::config {
namespace {

struct Parsed {
  Document document;
  Findings findings;
};

Parsed parse(std::string_view text) {
  Findings findings;
  Document document = Document::parse(text, "p.yaml", findings);
  return {std::move(document), std::move(findings)};
}

TEST(Document, KeepsThePlaceOfKeysAndValues) {
  const Parsed parsed = parse(
      "version: 1\n"
      "stages:\n"
      "  é: {plugin: 'x', n: }\n"
      "  b:\n"
      "    - \"q\"\n"
      "    - |\n"
      "      text\n");
  ASSERT_TRUE(parsed.findings.empty()) << parsed.findings.text();
  const Node& root = *parsed.document.root();
  const auto at = [&](const char* pointer) { return root.find(pointer)->at(); };
  EXPECT_EQ(at("/version"), (Position{1, 10}));
  EXPECT_EQ(at("/stages/é"), (Position{3, 6}));
  EXPECT_EQ(at("/stages/é/plugin"), (Position{3, 15}));
  EXPECT_EQ(at("/stages/é/n"), (Position{3, 20}));  // nothing is written: the key stands for it
  EXPECT_EQ(at("/stages/b/0"), (Position{5, 7}));
  EXPECT_EQ(at("/stages/b/1"), (Position{6, 7}));
  EXPECT_EQ(root.find("/stages")->member("b")->key_at, (Position{4, 3}));
  EXPECT_EQ(root.find("/stages/b/1")->text(), "text\n");
  EXPECT_TRUE(root.find("/stages/é/n")->is_null());
  EXPECT_EQ(root.find("/stages/b/0")->style(), Node::Style::kQuoted);
}

TEST(Document, KeepsTheOrderOfKeys) {
  const Parsed parsed = parse("{z: 1, a: 2, m: 3}");
  std::string order;
  for (const Member& member : parsed.document.root()->members()) order += member.key;
  EXPECT_EQ(order, "zam");
}

TEST(Document, SkipsAByteOrderMarkAndTakesWindowsLines) {
  const Parsed parsed = parse(
      "\xEF\xBB\xBF"
      "a: 1\r\nb: 2\r\n");
  ASSERT_TRUE(parsed.findings.empty()) << parsed.findings.text();
  EXPECT_EQ(parsed.document.find("/a")->at(), (Position{1, 4}));
  EXPECT_EQ(parsed.document.find("/b")->at(), (Position{2, 4}));
}

TEST(Document, ReadsSingleQuotedText) {
  struct Case {
    const char* text;
    const char* expected;
  };
  for (const Case& c :
       {Case{"a: ''", ""}, Case{"a: 'x'", "x"}, Case{"a: 'it''s'", "it's"}, Case{"a: ''''", "'"},
        Case{"a: '''''''''''''''''''''''''''''''' # twice fifteen", "'''''''''''''''"},
        Case{"a: 'x \t\n   y'", "x y"}, Case{"a: 'x\n\n\n  y'", "x\n\ny"},
        Case{"a: 'x\r\n\r\n  y'", "x\ny"}, Case{"a: ' x '", " x "}, Case{"a: '\n x\n '", " x "},
        Case{"a: 'é \\n'", "é \\n"},
        Case{"\xEF\xBB\xBF"
             "a: 'x'",
             "x"}}) {
    const Parsed parsed = parse(c.text);
    ASSERT_TRUE(parsed.findings.empty()) << c.text << parsed.findings.text();
    EXPECT_EQ(parsed.document.find("/a")->text(), c.expected) << c.text;
  }
}

TEST(Document, CopiesWhatAnAliasStandsFor) {
  const Parsed parsed = parse("a: &x {k: [1, 2]}\nb: *x\nc: &t word\n*t : d\n");
  ASSERT_TRUE(parsed.findings.empty()) << parsed.findings.text();
  EXPECT_EQ(parsed.document.find("/b/k/1")->text(), "2");
  EXPECT_EQ(parsed.document.find("/b/k/1")->at(), (Position{1, 15}));
  EXPECT_EQ(parsed.document.find("/word")->text(), "d");
}

TEST(Document, MergesWithOwnKeysFirst) {
  const Parsed parsed = parse(
      "one: &one {a: 1, b: 1}\n"
      "two: &two {b: 2, c: 2}\n"
      "all: {<<: [*one, *two], a: 0}\n"
      "inline: {<<: {d: 4}}\n"
      "text: {\"<<\": 5}\n");
  ASSERT_TRUE(parsed.findings.empty()) << parsed.findings.text();
  EXPECT_EQ(parsed.document.find("/all/a")->text(), "0");
  EXPECT_EQ(parsed.document.find("/all/b")->text(), "1");
  EXPECT_EQ(parsed.document.find("/all/c")->text(), "2");
  EXPECT_EQ(parsed.document.find("/inline/d")->text(), "4");
  EXPECT_EQ(parsed.document.find("/text/<<")->text(), "5");
}

TEST(Document, TakesTheStringTag) {
  const Parsed parsed = parse("a: !!str 5\nb: !!map {c: 1}\n");
  ASSERT_TRUE(parsed.findings.empty()) << parsed.findings.text();
  EXPECT_EQ(parsed.document.find("/a")->style(), Node::Style::kQuoted);
}

struct BrokenCase {
  const char* text;
  const char* finding;
};

class BrokenDocument : public testing::TestWithParam<BrokenCase> {};

TEST_P(BrokenDocument, IsReportedAtItsPlace) {
  const Parsed parsed = parse(GetParam().text);
  EXPECT_EQ(parsed.document.root(), nullptr);
  ASSERT_FALSE(parsed.findings.empty());
  EXPECT_EQ(lines_of(parsed.findings).back(), GetParam().finding);
}

INSTANTIATE_TEST_SUITE_P(
    Syntax, BrokenDocument,
    testing::Values(
        BrokenCase{"",
                   "p.yaml:1:1: the file is empty; it needs \"version\", \"stages\" and \"flow\""},
        BrokenCase{"# nothing\n",
                   "p.yaml:1:1: the file is empty; it needs \"version\", \"stages\" and \"flow\""},
        BrokenCase{"a: 1\nb:\n\tc: 2\n", "p.yaml:3:1: a tab cannot indent; use spaces"},
        BrokenCase{
            "a: 1\nb: \"x\nc: d\n",
            "p.yaml:2:4: the quoted text that starts here is not closed, or its next line is "
            "not indented"},
        BrokenCase{
            "a: 1\nb: 'x\n",
            "p.yaml:2:4: the quoted text that starts here is not closed, or its next line is "
            "not indented"},
        BrokenCase{"a: 1\nb: [1, 2\nc: 3\n",
                   "p.yaml:2:4: b: the bracket that opens here is never closed"},
        BrokenCase{"\xEF\xBB\xBF"
                   "a: 1\nb: [1, 2\n",
                   "p.yaml:2:4: b: the bracket that opens here is never closed"},
        BrokenCase{"a: {b: {c: 1}\n", "p.yaml:1:4: a: the bracket that opens here is never closed"},
        BrokenCase{"a: {b: ${C}}\n",
                   "p.yaml:1:8: a: inside [ ] and { } a ${NAME} needs quotes: \"${NAME}\""},
        BrokenCase{
            "a: b: c\n",
            "p.yaml:1:5: a second \": \" on this line; put the text in quotes, or the key on "
            "a line of its own"},
        BrokenCase{"a: @b\n",
                   "p.yaml:1:4: plain scalar cannot start with '@'; put the text in quotes"},
        BrokenCase{"a: 1\n- b\n", "p.yaml:2:1: this does not belong here; check its indentation"},
        BrokenCase{"a: 1\n---\nb: 2\n",
                   "p.yaml:2:1: a second document starts here; a pipeline file holds one"},
        BrokenCase{"a: é\xFF\n",
                   "p.yaml:1:5: the text is not valid UTF-8 here; save the file as UTF-8"},
        BrokenCase{"a: 1\nb: x\x01\n",
                   "p.yaml:2:5: the control character \"\\x01\" is not allowed"},
        BrokenCase{"a: \"\\0\"\n",
                   "p.yaml:1:4: an escape in this text makes a NUL or invalid UTF-8"},
        BrokenCase{"a: *nope\n", "p.yaml:1:4: there is no anchor &nope above this alias"},
        BrokenCase{"a: &name 1\nb: *nmae\n",
                   "p.yaml:2:4: there is no anchor &nmae above this alias; did you mean \"name\"?"},
        BrokenCase{"a: &x [1, *x]\n", "p.yaml:1:11: a: the alias *x is inside what it stands for"},
        BrokenCase{"a: !thing 1\n",
                   "p.yaml:1:4: the tag \"!thing\" is not supported; leave it out"},
        BrokenCase{"? [a]\n: 1\n", "p.yaml:1:3: a key is a word, not a list or a mapping"},
        BrokenCase{"x: &l [1]\n*l : 1\n", "p.yaml:2:1: a key is a word, not a list or a mapping"}));

TEST(Document, ReportsEveryDuplicateKeyAndReadsOn) {
  const Parsed parsed = parse("a: 1\nb: {c: 1, d: 2, c: 3}\na: {x: {y: 1, y: 2}}\n");
  EXPECT_EQ(lines_of(parsed.findings),
            (Lines{"p.yaml:2:17: b: duplicate key \"c\"; the first is at line 2, column 5",
                   "p.yaml:3:1: duplicate key \"a\"; the first is at line 1, column 1",
                   "p.yaml:3:15: a.x: duplicate key \"y\"; the first is at line 3, column 9"}));
  ASSERT_NE(parsed.document.root(), nullptr);
  EXPECT_EQ(parsed.document.find("/a")->text(), "1");  // the first wins
}

TEST(Document, ReportsAMergeOfSomethingElse) {
  const Parsed parsed = parse("a: {<<: 5}\nb: {<<: [1]}\n");
  EXPECT_EQ(lines_of(parsed.findings),
            (Lines{"p.yaml:1:9: a: \"<<\" merges a mapping or a list of mappings",
                   "p.yaml:2:9: b: \"<<\" merges a mapping or a list of mappings"}));
}

TEST(Document, StaysInPlaceWhenItMoves) {
  Parsed parsed = parse("a: {b: 1}");
  const Node* node = parsed.document.find("/a/b");
  const Document moved = std::move(parsed.document);
  EXPECT_EQ(moved.find("/a/b"), node);
  EXPECT_EQ(node->file(), "p.yaml");
}

TEST(Document, IsReadFromAFile) {
  const auto path = std::filesystem::path(testing::TempDir()) / "sluice_document_test.yaml";
  std::ofstream(path) << "a: 1\n";
  Findings findings;
  const Document document = Document::read(path, findings);
  EXPECT_TRUE(findings.empty()) << findings.text();
  EXPECT_EQ(document.find("/a")->file(), path.string());
  std::filesystem::remove(path);
}

TEST(Document, SaysWhyAFileCannotBeRead) {
  Findings findings;
  const std::string folder = testing::TempDir();
  Document::read(folder + "/no-such-file.yaml", findings);
  Document::read(folder, findings);
  EXPECT_EQ(
      lines_of(findings),
      (Lines{folder + "/no-such-file.yaml: there is no such file; give the path of a pipeline "
                      "file",
             folder + ": this is a folder; give the path of a pipeline file"}));
}

}  // namespace
}  // namespace sluice::config
