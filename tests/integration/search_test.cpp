// Search over one set of pages: modes, filters, pages of results, totals.
#include "base/uuid.hpp"
#include "support/test_host.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>
#include <vector>

namespace sluice::testing {
namespace {

using nlohmann::json;

constexpr std::size_t kPages = 24;

// Even pages are of one domain and crawl, odd ones of another; every third is mobile.
class Search : public ::testing::Test {
 protected:
  void SetUp() override {
    host_.start();
    pages_ = PageMaker("sought").make(kPages);
    for (std::size_t i = 0; i < kPages; ++i) {
      TestPage& page = pages_[i];
      const bool is_even = i % 2 == 0;
      page.url =
          std::string("https://") + (is_even ? "even" : "odd") + ".example/" + std::to_string(i);
      page.is_mobile = i % 3 == 0;
      page.country = is_even ? "DE" : "FR";
      page.markdown += "\nA marigold grows on every one of them.\n";
      const Crawl crawl(is_even ? "crawl-even" : "crawl-odd");
      ASSERT_EQ(deliver(host_.http(), crawl.page(page)).status, 202U);
    }
    host_.await_quiet("crawl-even");
    host_.await_quiet("crawl-odd");
  }

  json ask(const std::string& mode, const json& filters = json::object(), int limit = 100) {
    return host_
        .search({{"query", "marigold"}, {"mode", mode}, {"filters", filters}, {"limit", limit}})
        .json();
  }

  TestHost host_;
  std::vector<TestPage> pages_;
};

TEST_F(Search, GivesOneResultADocumentFallingInScore) {
  for (const std::string mode : {"keyword", "bm25", "semantic", "hybrid"}) {
    const json answer = ask(mode);
    ASSERT_EQ(answer["results"].size(), kPages) << mode;
    EXPECT_EQ(answer["total"], kPages) << mode;
    EXPECT_EQ(answer["mode"], mode);
    EXPECT_EQ(answer["query"], "marigold");
    EXPECT_FALSE(answer.contains("partial")) << mode;
    std::set<std::string> ids;
    double last = answer["results"][0]["score"];
    for (const auto& result : answer["results"]) {
      ids.insert(result["id"]);
      EXPECT_LE(result["score"].get<double>(), last) << mode;
      last = result["score"];
    }
    EXPECT_EQ(ids.size(), kPages) << mode;
  }
  EXPECT_EQ(ask("keyword")["total_relation"], "eq");
}

// The pages differ in their addresses only, so that all of them score alike.
TEST_F(Search, OrdersEqualScoresById) {
  Crawl crawl("crawl-alike");
  for (int i = 0; i < 12; ++i) {
    TestPage page = PageMaker("alike").make(1).front();
    page.url = "https://alike.example/" + std::to_string(i);
    page.markdown = "Nothing but one quizzical sentence.";
    ASSERT_EQ(deliver(host_.http(), crawl.page(page)).status, 202U);
  }
  host_.await_quiet("crawl-alike");
  for (const std::string mode : {"keyword", "semantic"}) {
    std::vector<std::string> ids;
    for (int offset = 0; offset < 12; offset += 5) {
      const json answer = host_
                              .search({{"query", "quizzical sentence"},
                                       {"mode", mode},
                                       {"filters", {{"crawl_id", "crawl-alike"}}},
                                       {"limit", 5},
                                       {"offset", offset}})
                              .json();
      for (const auto& result : answer["results"]) ids.push_back(result["id"]);
    }
    EXPECT_EQ(ids.size(), 12U) << mode;
    EXPECT_TRUE(std::is_sorted(ids.begin(), ids.end())) << mode << " " << json(ids);
  }
}

TEST_F(Search, FiltersEveryModeAlike) {
  const auto total = [&](const json& filters) {
    const json keyword = ask("keyword", filters)["total"];
    EXPECT_EQ(ask("semantic", filters)["total"], keyword) << filters;
    EXPECT_EQ(ask("hybrid", filters)["total"], keyword) << filters;
    return keyword.get<std::size_t>();
  };
  EXPECT_EQ(total({{"domain", "even.example"}}), 12U);
  EXPECT_EQ(total({{"domain", {"even.example", "odd.example"}}}), 24U);
  EXPECT_EQ(total({{"language", "de"}}), 6U);
  EXPECT_EQ(total({{"language", {"de", "zh"}}}), 12U);
  EXPECT_EQ(total({{"country", "FR"}}), 12U);
  EXPECT_EQ(total({{"isMobile", true}}), 8U);
  EXPECT_EQ(total({{"isMobile", false}}), 16U);
  EXPECT_EQ(total({{"crawl_id", "crawl-odd"}}), 12U);
  EXPECT_EQ(total({{"crawl_id", "crawl-odd"}, {"isMobile", true}}), 4U);
  EXPECT_EQ(total({{"domain", "none.example"}}), 0U);
  EXPECT_EQ(total({{"domain", nullptr}}), 24U);
  EXPECT_EQ(total({{"domain", "EVEN.example"}}), 12U);
  EXPECT_EQ(total({{"language", "DE"}}), 6U);
}

TEST(SearchFilters, TakeADocumentForWhatItSays) {
  TestHost host;
  host.start();
  ASSERT_EQ(host.http()
                .post("/api/index", {{"url", "https://filtered.example/walrus"},
                                     {"markdown", "# Walrus\n\nA walrus on the ice."},
                                     {"language", "en-US"}})
                .status,
            202U);
  for (const std::string mode : {"keyword", "semantic", "hybrid"}) {
    const auto total = [&](const json& filters) {
      return host.search({{"query", "walrus"}, {"mode", mode}, {"filters", filters}})
          .json()["total"];
    };
    EXPECT_TRUE(eventually([&] { return total(json::object()) == 1; })) << mode;
    for (const json& filters : {json{{"language", "en"}}, json{{"language", "EN-us"}},
                                json{{"isMobile", false}}, json{{"domain", "Filtered.Example"}}}) {
      EXPECT_EQ(total(filters), 1) << mode << filters;
    }
    for (const json& filters : {json{{"language", "en-GB"}}, json{{"isMobile", true}}}) {
      EXPECT_EQ(total(filters), 0) << mode << filters;
    }
  }
  const json result = host.search({{"query", "walrus"}}).json()["results"][0];
  EXPECT_EQ(result["id"], uuid_of_url("https://filtered.example/walrus"));
  EXPECT_EQ(result["metadata"]["chunk_id"], uuid_of_url("https://filtered.example/walrus#0"));
}

TEST_F(Search, ShowsOnlyWhatPassesTheFilter) {
  const auto answer = ask("hybrid", {{"domain", "odd.example"}});
  ASSERT_FALSE(answer["results"].empty());
  for (const auto& result : answer["results"]) {
    EXPECT_EQ(result["metadata"]["domain"], "odd.example");
  }
}

TEST_F(Search, PagesThroughEveryResultOnce) {
  for (const std::string mode : {"keyword", "semantic", "hybrid"}) {
    const auto whole =
        urls_of(host_.search({{"query", "marigold"}, {"mode", mode}, {"limit", 100}}));
    std::vector<std::string> paged;
    for (std::size_t offset = 0; offset < kPages + 5; offset += 5) {
      const auto part =
          host_.search({{"query", "marigold"}, {"mode", mode}, {"limit", 5}, {"offset", offset}});
      EXPECT_EQ(part.json()["total"], kPages) << mode;
      for (auto& url : urls_of(part)) paged.push_back(std::move(url));
    }
    EXPECT_EQ(paged, whole) << mode;
    EXPECT_EQ(urls_of(host_.search({{"query", "marigold"}, {"mode", mode}, {"limit", 100}})), whole)
        << mode;
  }
}

TEST_F(Search, FindsWordsOfTheTitleAndOfHeadings) {
  EXPECT_EQ(host_.search({{"query", "Page 7 of sought"}, {"mode", "keyword"}, {"limit", 1}})
                .json()["results"][0]["title"],
            "Page 7 of sought");
  EXPECT_GT(host_.found("Section"), 0U);
}

TEST_F(Search, FindsNothingWhereNothingMatches) {
  const json answer = host_.search({{"query", "xylophonist"}, {"mode", "keyword"}}).json();
  EXPECT_EQ(answer["total"], 0);
  EXPECT_TRUE(answer["results"].empty());
}

}  // namespace
}  // namespace sluice::testing
