// What of an answer is rewritten while it passes, wherever it is cut.
#include "next_rewriter.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <random>
#include <string>
#include <string_view>

namespace firecrawl {
namespace {

constexpr const char* kPath = "/v2/crawl/c-1";
constexpr const char* kBase = "http://sluice.example:8080";

// The answer in parts of `size` bytes.
std::string rewritten(std::string_view answer, std::size_t size, const std::string& path = kPath) {
  NextRewriter rewriter(path, kBase);
  std::string out;
  for (; !answer.empty(); answer.remove_prefix(std::min(size, answer.size()))) {
    rewriter.put(answer.substr(0, size), out);
  }
  rewriter.end(out);
  return out;
}

// As if it were whole: the rule, in as few words as possible.
std::string expected(std::string_view answer) {
  constexpr std::string_view kKey = R"("next":")";
  std::string out;
  std::size_t done = 0;
  for (auto at = answer.find(kKey); at != std::string_view::npos; at = answer.find(kKey, at + 1)) {
    const std::string_view value = answer.substr(at + kKey.size());
    const std::size_t scheme = value.starts_with("http://")    ? 7
                               : value.starts_with("https://") ? 8
                                                               : 0;
    const std::size_t slash = value.find_first_of("/\"", scheme);
    if (scheme == 0 || slash == std::string_view::npos) continue;
    if (!value.substr(slash).starts_with(std::string(kPath) + "?")) continue;
    out.append(answer.substr(done, at + kKey.size() - done)).append(kBase);
    done = at + kKey.size() + slash;
  }
  return out.append(answer.substr(done));
}

TEST(NextRewriter, FindsItWhereverTheAnswerIsCut) {
  const std::string answer =
      R"({"status":"scraping","next":"https://fc.internal:3002/v2/crawl/c-1?skip=2","data":[]})";
  const std::string wanted =
      R"({"status":"scraping","next":"http://sluice.example:8080/v2/crawl/c-1?skip=2","data":[]})";
  for (std::size_t first = 0; first <= answer.size(); ++first) {
    for (std::size_t second = first; second <= answer.size(); ++second) {
      NextRewriter rewriter(kPath, kBase);
      std::string out;
      const std::string_view view = answer;
      rewriter.put(view.substr(0, first), out);
      rewriter.put(view.substr(first, second - first), out);
      rewriter.put(view.substr(second), out);
      rewriter.end(out);
      ASSERT_EQ(out, wanted) << "cut at " << first << " and " << second;
    }
  }
  for (std::size_t size = 1; size <= answer.size(); ++size) {
    ASSERT_EQ(rewritten(answer, size), wanted) << "in parts of " << size;
  }
}

TEST(NextRewriter, LeavesEverythingElseAsItIs) {
  for (const std::string answer :
       {R"({"next":"https://e.test/v2/crawl/c-2?skip=2"})", R"({"next":"https://e.test/page"})",
        R"({"next":"ftp://e.test/v2/crawl/c-1?skip=1"})", R"({"next":"https://e.test"})",
        R"({"next":"https://e.test/v2/crawl/c-1"})", R"({"next":null,"next":"","next":"h"})",
        R"({"next":"http")", R"({"next":"https://e.test/v2/crawl/c-1)", R"("next)", R"(")",
        R"({"nextt":"https://e.test/v2/crawl/c-1?a"})", "", "no JSON at all"}) {
    for (std::size_t size = 1; size <= answer.size() + 1; ++size) {
      ASSERT_EQ(rewritten(answer, size), answer) << size;
    }
  }
}

TEST(NextRewriter, FindsOneThatBeginsInsideOfAnother) {
  for (const std::string begin :
       {R"("next")", R"("next":)", R"("next":")", R"("next":"http)", R"("next":"https://e.test)",
        R"("next":"https://e.test/v2/cr)", R"("next":"next":)", R"("")", R"("next":""next)"}) {
    const std::string answer = begin + R"("next":"http://a/v2/crawl/c-1?b")";
    for (std::size_t size = 1; size <= answer.size(); ++size) {
      ASSERT_EQ(rewritten(answer, size), expected(answer)) << size;
    }
  }
}

TEST(NextRewriter, AgreesWithTheRuleOnPiecesInAnyOrder) {
  const std::string pieces[] = {
      "\"",    "next", "\"next\":\"", ":",   "http://", "https://",
      "h",     "/",    "a.b",         kPath, "?",       "\"next\":\"http://a/v2/crawl/c-1?",
      "/v2/cr"};
  std::mt19937 random(7);
  for (int round = 0; round < 20'000; ++round) {
    std::string answer;
    for (unsigned i = 0; i < 12; ++i) answer += pieces[random() % std::size(pieces)];
    ASSERT_EQ(rewritten(answer, 1 + random() % 9), expected(answer)) << answer;
  }
}

TEST(NextRewriter, HoldsBackNoMoreThanItNeeds) {
  NextRewriter rewriter(kPath, kBase);
  std::string out;
  const std::string host = R"("next":"http://)" + std::string(1'000'000, 'h');
  rewriter.put(host, out);
  EXPECT_EQ(out.size(), host.size()) << "no host is that long";
  out.clear();
  rewriter.put(R"({"status":"scraping","ne)", out);
  EXPECT_EQ(out, R"({"status":"scraping",)");
  rewriter.put("ws", out);
  EXPECT_EQ(out, R"({"status":"scraping","news)");
}

TEST(NextRewriter, ChangesNothingWithoutABaseOrWithAPathThatNoJsonHas) {
  const std::string answer = R"({"next":"http://a/v2/x?s"})";
  NextRewriter none("/v2/x", "");
  std::string out;
  none.put(answer, out);
  none.end(out);
  EXPECT_EQ(out, answer);
  const std::string odd = R"({"next":"http://a/v2/"?s"})";
  EXPECT_EQ(rewritten(odd, 3, "/v2/\""), odd);
}

}  // namespace
}  // namespace firecrawl
