#include "app/search_verb_text.hpp"

#include <gtest/gtest.h>

namespace sluice::app {
namespace {

using nlohmann::json;

json sample_answer() {
  return {{"results",
           {{{"url", "https://e.test/a"},
             {"title", "Retries"},
             {"score", 0.03278},
             {"text", "Retries happen in one place."}},
            {{"url", "https://e.test/b"},
             {"title", nullptr},
             {"score", 0.01},
             {"text", "long text"},
             {"snippet", "short"}}}},
          {"total", 2},
          {"total_relation", "eq"},
          {"mode", "hybrid"}};
}

TEST(SearchText, ShowsRankTitleScoreUrlAndText) {
  EXPECT_EQ(search_text(sample_answer(), 0, {}),
            "1.  Retries  0.0328\n"
            "    https://e.test/a\n"
            "    Retries happen in one place.\n"
            "\n"
            "2.  https://e.test/b  0.0100\n"
            "    https://e.test/b\n"
            "    short\n"
            "\n"
            "2 documents match (hybrid)\n");
}

TEST(SearchText, CountsFromItsOffset) {
  json answer = sample_answer();
  answer["total"] = 10'000;
  answer["total_relation"] = "gte";
  const std::string text = search_text(answer, 20, {});
  EXPECT_EQ(text.substr(0, 4), "21. ");
  EXPECT_NE(text.find("at least 10,000 documents match (hybrid); shown are 21 to 22\n"), text.npos);
}

TEST(SearchText, NamesWhoDidNotAnswer) {
  json answer = sample_answer();
  answer["partial"] = {"vectors", "words", "more"};
  answer["partial_reasons"] = {{"vectors", "late"}, {"words", "failed"}};
  const std::string text = search_text(answer, 0, {});
  EXPECT_NE(
      text.find("incomplete: vectors did not answer in time, words failed, more is missing\n"),
      text.npos);
}

TEST(SearchText, NothingFoundIsSaid) {
  EXPECT_EQ(search_text({{"results", json::array()}, {"total", 0}, {"mode", "keyword"}}, 0, {}),
            "0 documents match (keyword)\n");
  EXPECT_EQ(search_text({{"results", "odd"}}, 0, {}), "0 documents match\n");
}

TEST(SearchText, PassesNoTerminalCommandsOn) {
  json answer = sample_answer();
  answer["results"][0]["title"] = "\x1b]0;owned\x07";
  answer["results"][0]["url"] = "https://e.test/\x1b[2J";
  answer["results"][0]["text"] = "\x1b[8m";
  EXPECT_EQ(search_text(answer, 0, {}).find('\x1b'), std::string::npos);
}

TEST(SearchText, ColoursOnlyWhereThereAreColours) {
  EXPECT_NE(search_text(sample_answer(), 0, {.has_colour = true}).find("\x1b[1mRetries\x1b[0m"),
            std::string::npos);
}

}  // namespace
}  // namespace sluice::app
