// Search requests as people and programs write them: wrong, odd, long, in any script.
#include "support/test_host.hpp"

#include <gtest/gtest.h>

namespace sluice::testing {
namespace {

using nlohmann::json;

class SearchWording : public ::testing::Test {
 protected:
  void SetUp() override { host_.start(); }
  unsigned status(const json& request) { return host_.search(request).status; }

  TestHost host_;
};

TEST_F(SearchWording, RefusesWhatItCannotUnderstand) {
  for (const char* request :
       {R"({})", R"({"query": ""})", R"({"query": " \t\n "})", R"({"query": 5})",
        R"({"query": null})", R"({"query": "a", "mode": "magic"})", R"({"query": "a", "mode": 1})",
        R"({"query": "a", "limit": 0})", R"({"query": "a", "limit": 101})",
        R"({"query": "a", "limit": 1.5})", R"({"query": "a", "limit": "5"})",
        R"({"query": "a", "limit": 99999999999999999999})", R"({"query": "a", "offset": -1})",
        R"({"query": "a", "offset": 10001})", R"({"query": "a", "filters": []})",
        R"({"query": "a", "filters": {"domain": 5}})",
        R"({"query": "a", "filters": {"domain": []}})",
        R"({"query": "a", "filters": {"isMobile": "yes"}})",
        R"({"query": "a", "filters": {"colour": "red"}})"}) {
    const Answer answer = host_.http().send("POST", "/api/search", request);
    EXPECT_EQ(answer.status, 422U) << request << " got " << answer;
    EXPECT_TRUE(answer.json()["detail"].is_string()) << request;
  }
  for (const char* request : {"", "{", "[]", "\"query\"", "{\"query\": \"\xff\"}"}) {
    EXPECT_EQ(host_.http().send("POST", "/api/search", request).status, 400U) << request;
  }
  EXPECT_EQ(host_.http().get("/api/search").status, 405U);
}

TEST_F(SearchWording, TakesAThousandCharactersAndNotOneMore) {
  const auto repeated = [](const char* text, int times) {
    std::string all;
    for (int i = 0; i < times; ++i) all += text;
    return all;
  };
  EXPECT_EQ(status({{"query", repeated("a", 1000)}}), 200U);
  EXPECT_EQ(status({{"query", repeated("a", 1001)}}), 422U);
  EXPECT_EQ(status({{"query", repeated("é", 1000)}}), 200U);
  EXPECT_EQ(status({{"query", repeated("語", 1001)}}), 422U);
}

TEST_F(SearchWording, PassesOverFieldsItDoesNotKnow) {
  EXPECT_EQ(status({{"query", "a"}, {"colour", "red"}, {"page", {{"size", 5}}}}), 200U);
  EXPECT_EQ(status({{"query", "a"}, {"limit", nullptr}, {"filters", nullptr}}), 200U);
}

TEST_F(SearchWording, AnswersEveryPunctuation) {
  PageMaker maker("punctuated");
  deliver(host_.http(), Crawl("punctuated").page(maker.make()));
  host_.await_quiet("punctuated");
  for (const char* query : {"\"",
                            "'",
                            "a AND",
                            "(",
                            "NEAR(",
                            "*",
                            "a*",
                            "-a",
                            "col:a",
                            "--",
                            ";",
                            "%",
                            "_",
                            "\\",
                            "/",
                            "^~",
                            "<script>",
                            "${HOME}",
                            "' OR 1=1 --",
                            "\x01\x02",
                            "\xEF\xBB\xBF",
                            "\xE2\x80\x8B",
                            "🙂🙃",
                            "e\xCC\x81",
                            "日本語",
                            "ทดสอบ",
                            "हिन्दी"}) {
    for (const char* mode : {"keyword", "semantic", "hybrid"}) {
      const Answer answer = host_.search({{"query", query}, {"mode", mode}});
      EXPECT_EQ(answer.status, 200U) << query << ' ' << mode << ": " << answer;
    }
  }
  const Answer nul = host_.http().send("POST", "/api/search", R"({"query": "a\u0000b"})");
  EXPECT_EQ(nul.status, 200U) << nul;
}

TEST_F(SearchWording, FindsAccentsFoldsCasesAndStems) {
  PageMaker maker("folded");
  TestPage french = maker.make();
  french.language = "fr";
  french.markdown = "Les CAFÉS ouverts.";
  TestPage chinese = maker.make();
  chinese.language = "zh";
  chinese.markdown = "我们在港口看见灯笼。";
  const Crawl crawl("folded");
  deliver(host_.http(), crawl.pages({french, chinese}));
  host_.await_quiet(crawl.id());

  EXPECT_EQ(host_.found("cafe"), 1U);
  EXPECT_EQ(host_.found("café"), 1U);
  EXPECT_EQ(host_.found("cafés"), 1U);
  EXPECT_EQ(host_.found("港口"), 1U);
  EXPECT_EQ(host_.found("灯笼"), 1U);
}

TEST_F(SearchWording, JoinsWordsByOr) {
  PageMaker maker("or");
  const auto pages = maker.make(3);
  deliver(host_.http(), Crawl("or").pages(pages));
  host_.await_quiet("or");

  EXPECT_EQ(host_.found(pages[0].word + " " + pages[1].word), 2U);
  EXPECT_EQ(host_.found(pages[0].word + " nowhereatall"), 1U);
}

}  // namespace
}  // namespace sluice::testing
