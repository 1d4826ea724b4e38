#include "index/tokenizer.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <vector>

#include "index/unicode.hpp"

namespace bm25 {
namespace {

// Tokens as text, exact ones in brackets, dense ones in braces, single ones in parentheses.
std::string tokens(std::string_view text) {
  std::string out;
  Tokenizer(text).each([&](const RawToken& token) {
    if (!out.empty()) out += ' ';
    const std::string raw(token.text);
    switch (token.kind) {
      case TokenKind::kWord:
        out += raw;
        break;
      case TokenKind::kExact:
        out += "[" + raw + "]";
        break;
      case TokenKind::kDense:
        out += "{" + raw + "}";
        break;
      case TokenKind::kSingle:
        out += "(" + raw + ")";
        break;
    }
  });
  return out;
}

struct Case {
  const char* text;
  const char* expected;
};

class TokenizerTable : public testing::TestWithParam<Case> {};

TEST_P(TokenizerTable, CutsAsExpected) { EXPECT_EQ(tokens(GetParam().text), GetParam().expected); }

INSTANTIATE_TEST_SUITE_P(
    Latin, TokenizerTable,
    testing::Values(Case{"", ""}, Case{" \t\n.,;!?", ""}, Case{"Hello, world!", "Hello world"},
                    Case{"state-of-the-art", "state of the art"},
                    Case{"Anna's and Jonas\u2019S cats'", "Anna and Jonas cats"},
                    Case{"l'avion d\u2019or", "l avion d or"}, Case{"don't", "don t"},
                    Case{"Zürich Ærø naïve", "Zürich Ærø naïve"},
                    Case{"na\u00adive zero\u200dwidth", "na\u00adive zero\u200dwidth"},
                    Case{"a\u200bb", "a b"}, Case{"6\u00bd inches", "6 inches"},
                    Case{"x² H₂O", "x² H₂O"}));

INSTANTIATE_TEST_SUITE_P(
    Identifiers, TokenizerTable,
    testing::Values(Case{"foo_bar", "foo bar [foo_bar]"}, Case{"__init__", "init"},
                    Case{"snake__case", "snake case [snake__case]"},
                    Case{"node.js", "node js [node.js]"}, Case{"the end.", "the end"},
                    Case{"v1.2.3", "[1.2.3]"}, Case{"3.14", "[3.14]"},
                    Case{"1.2.3-rc1", "[1.2.3] rc1"}, Case{"10.0.0.1:80", "[10.0.0.1] 80"},
                    Case{"2024", "2024"}, Case{"1_000", "1 000 [1_000]"},
                    Case{"C++ and C#", "[C++] and [C#]"}, Case{"libstdc++.", "libstdc [libstdc++]"},
                    Case{"a+++b", "a b"}, Case{"C##", "C"}, Case{"issue #12", "issue 12"},
                    Case{"F#m", "F m"}, Case{"a.b.c.d.e.f.g.h.i.j", "a b c d e f g h i j [i.j]"},
                    Case{"https://e.com/a?b=c", "https e com [e.com] a b c"}));

INSTANTIATE_TEST_SUITE_P(
    Scripts, TokenizerTable,
    testing::Values(Case{"検索結果", "{検索} {索結} {結果}"}, Case{"水", "(水)"},
                    Case{"水。火", "(水) (火)"}, Case{"ラーメン", "{ラー} {ーメ} {メン}"},
                    Case{"パンを買う", "{パン} {ンを} {を買} {買う}"},
                    Case{"한국어", "{한국} {국어}"}, Case{"GPU検索2台", "GPU {検索} 2 (台)"},
                    Case{"ที่นี่", "{ที่นี่}"}, Case{"ภาษาไทย", "{ภา} {าษ} {ษา} {าไ} {ไท} {ทย}"},
                    Case{"ພາສາ", "{ພາ} {າສ} {ສາ}"}, Case{"ភាសាខ្មែរ", "{ភាសា} {សាខ្} {ខ្មែ} {មែរ}"},
                    Case{"हिन्दी में", "हिन्दी में"}, Case{"தமிழ் மொழி", "தமிழ் மொழி"},
                    Case{"বাংলা ভাষা", "বাংলা ভাষা"}, Case{"русский язык", "русский язык"},
                    Case{"Ελληνικά", "Ελληνικά"}, Case{"كِتَابٌ جديد", "كِتَابٌ جديد"},
                    Case{"שָׁלוֹם עולם", "שָׁלוֹם עולם"}));

TEST(Tokenizer, TreatsBytesThatAreNotUtf8AsBoundaries) {
  EXPECT_EQ(tokens("ab\xFF"
                   "cd \xC3"),
            "ab cd");
  EXPECT_EQ(tokens("\xED\xA0\x80x\xF4\x90\x80\x80y\xC0\xAFz"), "x y z");
  EXPECT_EQ(tokens(std::string_view("a\0b", 3)), "a b");
}

TEST(Tokenizer, SaysWhereEachTokenBegins) {
  const std::string text = "Über die Brücke v2.0";
  Tokenizer(text).each([&](const RawToken& token) {
    EXPECT_EQ(text.compare(token.begin, token.text.size(), token.text), 0);
  });
}

// Each of these once made some tokenizer quadratic.
TEST(Tokenizer, IsLinearInFiveMegabytesWithoutABreak) {
  constexpr std::size_t kBytes = 5'000'000;
  std::vector<std::string> lines;
  for (const std::string_view unit : {"a", "a.", "a_", "_", ".", "a'", "+", "検", "ก", "\u0301",
                                      "a\u0301", "\xFF", "\u200d", "C++", "1."}) {
    std::string line;
    while (line.size() < kBytes) line += unit;
    lines.push_back(std::move(line));
  }
  lines.push_back("a" + std::string(kBytes, '_'));
  lines.push_back("\u0e01" + lines[9]);
  const auto start = std::chrono::steady_clock::now();
  for (const std::string& line : lines) {
    std::size_t bytes = 0;
    Tokenizer(line).each([&](const RawToken& token) { bytes += token.text.size(); });
    EXPECT_LE(bytes, 4 * line.size());
  }
  // A quadratic pass over one of them would take an hour.
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(60));
}

TEST(Fold, MakesSpellingsOfOneWordEqual) {
  EXPECT_EQ(fold("ZÜRICH"), "zurich");
  EXPECT_EQ(fold("Zu\u0308rich"), "zurich");
  EXPECT_EQ(fold("Straße"), "strasse");
  EXPECT_EQ(fold("ﬁnal"), "final");
  EXPECT_EQ(fold("ＡＢＣ１２"), "abc12");
  EXPECT_EQ(fold("Ærøskøbing"), "aeroskobing");
  EXPECT_EQ(fold("Łódź"), "lodz");
  EXPECT_EQ(fold("Đặng"), "dang");
  EXPECT_EQ(fold("ΣΊΣΥΦΟΣ"), fold("Σίσυφος"));
  EXPECT_EQ(fold("Ёлка"), "елка");
  EXPECT_EQ(fold("H₂O"), "h2o");
  EXPECT_EQ(fold("na\u00adive"), "naive");
  EXPECT_EQ(fold("كِتَابٌ"), "كتاب");
  EXPECT_EQ(fold("كـتاب"), "كتاب");
  EXPECT_EQ(fold("שָׁלוֹם"), "שלום");
}

TEST(Fold, KeepsMarksThatAreLetters) {
  EXPECT_EQ(fold("йод"), "йод");
  EXPECT_EQ(fold("и\u0306од"), "йод");
  EXPECT_EQ(fold("Їжак"), "їжак");
  EXPECT_EQ(fold("हिन्दी"), "हिन्दी");
  EXPECT_EQ(fold("தமிழ்"), "தமிழ்");
  EXPECT_EQ(fold("ที่"), "ที่");
  EXPECT_EQ(fold("ガ"), "ガ");
  EXPECT_EQ(fold("ｶﾞ"), "ガ");
  EXPECT_NE(fold("ガ"), fold("カ"));
  EXPECT_EQ(fold("\u1112\u1161\u11ab"), "한");
}

}  // namespace
}  // namespace bm25
