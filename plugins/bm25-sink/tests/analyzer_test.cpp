#include "index/analyzer.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>

namespace bm25 {
namespace {

using Counts = std::map<std::string, std::uint32_t>;

Counts counts(Analyzer& analyzer, std::string_view text, std::string_view language) {
  Counts out;
  const AnalyzedChunk chunk =
      analyzer.analyze({.title = {}, .headings = {}, .text = text, .language = language});
  for (const AnalyzedTerm& term : chunk.terms) {
    out[std::string(chunk.text(term).substr(1))] = term.count;
  }
  return out;
}

std::set<std::string> terms(Analyzer& analyzer, std::string_view text, std::string_view language) {
  std::set<std::string> out;
  const AnalyzedChunk chunk =
      analyzer.analyze({.title = {}, .headings = {}, .text = text, .language = language});
  for (const AnalyzedTerm& term : chunk.terms) out.emplace(chunk.text(term));
  return out;
}

// Whether every word of `query` is found in a page that consists of `text`.
bool finds(std::string_view query, std::string_view text, std::string_view language) {
  Analyzer analyzer({});
  const std::set<std::string> page = terms(analyzer, text, language);
  const auto words = analyzer.analyze_query(query, ~0U);
  return !words.empty() && std::ranges::all_of(words, [&](const QueryWord& word) {
    return std::ranges::any_of(word.terms, [&](const auto& term) { return page.contains(term); });
  });
}

TEST(Analyzer, CountsDistinctTermsOfAllFields) {
  Analyzer analyzer({});
  const AnalyzedChunk chunk = analyzer.analyze(
      {.title = "Running", .headings = "Runs > fast", .text = "I ran. He runs!", .language = "en"});
  Counts found;
  for (const auto& term : chunk.terms) found[std::string(chunk.text(term).substr(1))] = term.count;
  EXPECT_EQ(found, (Counts{{"run", 3}, {"fast", 1}, {"i", 1}, {"ran", 1}, {"he", 1}}));
  EXPECT_EQ(chunk.length, 7U);
}

TEST(Analyzer, StemsByTheLanguageOfThePage) {
  Analyzer analyzer({});
  EXPECT_EQ(counts(analyzer, "connections connected", "en"), (Counts{{"connect", 2}}));
  EXPECT_EQ(counts(analyzer, "Häuser Hauses", "de-AT"), (Counts{{"haus", 2}}));
  EXPECT_EQ(counts(analyzer, "connections", "zh"), (Counts{{"connections", 1}}));
}

TEST(Analyzer, KeepsStemsOfDifferentLanguagesApart) {
  Analyzer analyzer({});
  EXPECT_NE(terms(analyzer, "die", "en"), terms(analyzer, "die", "de"));
  EXPECT_EQ(terms(analyzer, "3.14", "en"), terms(analyzer, "3.14", "de"));
}

TEST(Analyzer, FindsAWordInAPageOfAnyLanguage) {
  EXPECT_TRUE(finds("connection", "They connected it", "en"));
  EXPECT_TRUE(finds("Haus", "viele Häuser", "de"));
  EXPECT_TRUE(finds("cafe", "le café", "fr"));
  EXPECT_TRUE(finds("CAFÉ", "un cafe", "es"));
  EXPECT_TRUE(finds("información", "mucha informacion", "es"));
  EXPECT_TRUE(finds("informacion", "mucha información", "es"));
  EXPECT_TRUE(finds("книги", "новая книга", "ru"));
  EXPECT_TRUE(finds("検索", "全文検索です", "ja"));
  EXPECT_TRUE(finds("हिन्दी", "यह हिन्दी है", "hi"));
  EXPECT_TRUE(finds("bibliotek", "Biblioteket er stort", "nb"));
  EXPECT_TRUE(finds("v2.1.0", "Released 2.1.0 today", "en"));
  EXPECT_TRUE(finds("foo_bar", "call foo_bar()", "en"));
  EXPECT_TRUE(finds("C++", "modern C++.", "en"));
  EXPECT_FALSE(finds("C++", "vitamin C", "en"));
}

TEST(Analyzer, GuessesTheLanguageOfUntaggedText) {
  EXPECT_EQ(detect_language("the cat is on the mat and the dog is in the house"),
            language_of_tag("en"));
  EXPECT_EQ(detect_language("der Hund ist nicht mit den Katzen in das Haus"),
            language_of_tag("de"));
  EXPECT_EQ(detect_language("el perro no está en la casa de los gatos y se fue por el campo"),
            language_of_tag("es"));
  EXPECT_EQ(detect_language("Привет, как дела"), language_of_tag("ru"));
  EXPECT_EQ(detect_language("Kubernetes operators"), language_of_tag("en"));
  EXPECT_EQ(detect_language("検索結果"), kNoLanguage);
  EXPECT_EQ(detect_language(""), kNoLanguage);
}

TEST(Analyzer, ReadsLanguageTags) {
  EXPECT_EQ(language_of_tag("EN-us"), language_of_tag("en"));
  EXPECT_EQ(language_of_tag("pt_BR"), language_of_tag("pt"));
  EXPECT_EQ(language_of_tag("nn"), language_of_tag("no"));
  EXPECT_EQ(language_of_tag("zh-Hant"), kNoLanguage);
  for (const char* tag : {"", "und", "x", "english", "12", "-", "e!"}) {
    EXPECT_EQ(language_of_tag(tag), std::nullopt) << tag;
  }
}

TEST(Analyzer, TakesOneLanguageForAllPagesWhenTold) {
  Analyzer german({.language = "de", .stemming = true});
  EXPECT_EQ(counts(german, "Häuser", "en"), (Counts{{"haus", 1}}));
  Analyzer plain({.language = "auto", .stemming = false});
  EXPECT_EQ(counts(plain, "Running Häuser", "en"), (Counts{{"running", 1}, {"hauser", 1}}));
}

TEST(Analyzer, CountsRepeatedQueryWordsOnce) {
  Analyzer analyzer({});
  const auto words = analyzer.analyze_query("New york new", ~0U);
  ASSERT_EQ(words.size(), 2U);
  EXPECT_EQ(words[0].count, 2U);
  EXPECT_EQ(words[1].count, 1U);
}

TEST(Analyzer, CutsLongWordsAndLeavesOutEncodedData) {
  Analyzer analyzer({});
  const std::string word(100, 'x');
  EXPECT_EQ(counts(analyzer, word, "zh"), (Counts{{std::string(kMaxTermBytes, 'x'), 1}}));
  EXPECT_TRUE(counts(analyzer, std::string(kMaxWordBytes + 1, 'x'), "en").empty());
  std::string umlauts;
  for (int i = 0; i < 60; ++i) umlauts += "ж";
  for (const auto& [term, count] : counts(analyzer, umlauts, "zh")) {
    EXPECT_EQ(term.size(), kMaxTermBytes);
  }
}

TEST(Analyzer, GivesTheSameTermsWhateverItHasSeenBefore) {
  Analyzer used({});
  for (int i = 0; i < 200'000; ++i) counts(used, "word" + std::to_string(i), "en");
  Analyzer fresh({});
  const std::string text = "The quick foxes' jumping word7 word199999, naïve 検索結果";
  EXPECT_EQ(counts(used, text, "en"), counts(fresh, text, "en"));
}

TEST(Analyzer, TakesAChunkWithMoreWordsThanItsCacheHolds) {
  Analyzer analyzer({});
  std::string text;
  for (int i = 0; i < 300'000; ++i) text += "w" + std::to_string(i) + " ";
  const AnalyzedChunk chunk =
      analyzer.analyze({.title = {}, .headings = {}, .text = text, .language = "en"});
  EXPECT_EQ(chunk.terms.size(), 300'000U);
}

}  // namespace
}  // namespace bm25
