// Pages as they were received: what a search result leads to.
#include "support/test_host.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

namespace sluice::testing {
namespace {

using nlohmann::json;

class Content : public ::testing::Test {
 protected:
  void SetUp() override { host_.start(); }
  Answer get(const std::string& path) { return host_.http().get("/api/content" + path); }

  TestHost host_;
  PageMaker maker_{"content"};
};

TEST_F(Content, IsWhereASearchResultLeads) {
  const TestPage page = maker_.make();
  deliver(host_.http(), Crawl("c1").page(page));
  ASSERT_TRUE(eventually([&] { return host_.finds_one(page.word); }));
  const json result = host_.search({{"query", page.word}}).json()["results"][0];

  const Answer answer = get("/" + result.value("id", ""));

  ASSERT_EQ(answer.status, 200U) << answer;
  const json content = answer.json();
  EXPECT_EQ(content["id"], result["id"]);
  EXPECT_EQ(content["url"], page.url);
  EXPECT_EQ(content["title"], page.title);
  EXPECT_EQ(content["markdown"], page.markdown);
  EXPECT_EQ(content["crawl_id"], "c1");
  EXPECT_EQ(content["metadata"]["language"], page.language);
  EXPECT_EQ(content["metadata"]["status_code"], 200);
}

// A page can be found before its outcome is on disk, and from then on its result leads somewhere.
TEST_F(Content, IsThereWheneverASearchFindsThePage) {
  for (int i = 0; i < 50; ++i) {
    const TestPage page = maker_.make();
    ASSERT_EQ(deliver(host_.http(), Crawl("soon").page(page)).status, 202U);
    ASSERT_TRUE(eventually([&] { return host_.finds_one(page.word); }));
    const json result = host_.search({{"query", page.word}}).json()["results"][0];
    EXPECT_EQ(get("/" + result.value("id", "")).status, 200U);
    EXPECT_EQ(get("/by-session/soon?limit=1").json()["total"], i + 1);
  }
}

TEST_F(Content, ListsTheVersionsOfAnAddressNewestFirst) {
  TestPage page = maker_.make();
  deliver(host_.http(), Crawl("v1").page(page));
  const std::string before = page.markdown;
  page.markdown += "\n\nA second version.";
  deliver(host_.http(), Crawl("v2").page(page));
  ASSERT_TRUE(eventually([&] { return get("/by-session/v2").status == 200U; }));

  const json list = get("/by-url?url=" + page.url + "%23fragment&limit=10").json();

  EXPECT_EQ(list["total"], 2);
  ASSERT_EQ(list["items"].size(), 2U) << list;
  EXPECT_EQ(list["items"][0]["markdown"], page.markdown);
  EXPECT_EQ(list["items"][1]["markdown"], before);
  EXPECT_EQ(list["items"][0]["id"], list["items"][1]["id"]);
  EXPECT_EQ(get("/by-url?url=" + page.url + "&limit=1&offset=1").json()["items"][0]["crawl_id"],
            "v1");
}

// Newest first and without a gap, wherever each of them is at the moment.
TEST_F(Content, ListsEachVersionOnceWhileTheyAreIndexed) {
  TestPage page = maker_.make();
  const std::string prose = page.markdown;
  int newest = 0;
  const auto look = [&] {
    for (const int offset : {0, 1, 2}) {
      const Answer answer =
          get("/by-url?limit=2&offset=" + std::to_string(offset) + "&url=" + page.url);
      if (answer.status == 404U) continue;
      const json list = answer.json();
      newest = list["total"];
      int expected = newest - offset;
      for (const auto& item : list["items"]) {
        ASSERT_EQ(item["crawl_id"], "v" + std::to_string(expected--)) << list;
      }
      ASSERT_EQ(list["items"].size(), static_cast<std::size_t>(std::clamp(newest - offset, 0, 2)));
    }
  };
  for (int version = 1; version <= 40; ++version) {
    page.markdown = prose + "\n\nVersion " + std::to_string(version) + ".";
    ASSERT_EQ(deliver(host_.http(), Crawl("v" + std::to_string(version)).page(page)).status, 202U);
    ASSERT_NO_FATAL_FAILURE(look());
  }
  ASSERT_TRUE(eventually([&] {
    look();
    return HasFatalFailure() || newest == 40;
  }));
}

TEST_F(Content, ListsTheDocumentsOfAnEventInPartsThatDoNotOverlap) {
  const auto pages = maker_.make(7);
  ASSERT_EQ(deliver(host_.http(), Crawl("many").pages(pages)).status, 202U);
  host_.await_quiet("many");
  std::set<std::string> seen;
  for (int offset = 0; offset < 9; offset += 3) {
    const json part = get("/by-session/many?limit=3&offset=" + std::to_string(offset)).json();
    EXPECT_EQ(part["total"], 7);
    for (const auto& item : part["items"]) EXPECT_TRUE(seen.insert(item["url"]).second) << item;
  }
  EXPECT_EQ(seen.size(), 7U);
}

TEST_F(Content, SaysWhatIsNotThereAndWhatIsWrong) {
  for (const char* path : {"/00000000-0000-0000-0000-000000000000", "/17", "/by-session/none",
                           "/by-url?url=https%3A%2F%2Fnowhere.example%2F"}) {
    EXPECT_EQ(get(path).status, 404U) << path;
  }
  for (const char* path : {"/by-url", "/by-url?url=", "/by-url?url=https%3A%2F%2Fe.x%2F&limit=0",
                           "/by-url?url=https%3A%2F%2Fe.x%2F&limit=101", "/by-session/c?limit=1001",
                           "/by-session/c?offset=-1", "/by-session/c?limit=abc"}) {
    EXPECT_EQ(get(path).status, 422U) << path;
  }
}

TEST_F(Content, OutlivesTheHost) {
  const TestPage page = maker_.make();
  deliver(host_.http(), Crawl("kept").page(page));
  host_.restart(SIGKILL);
  host_.await_quiet("kept");
  EXPECT_EQ(get("/by-session/kept").json()["items"][0]["markdown"], page.markdown);
}

TEST(ContentRetention, KeepsNoMoreThanItMay) {
  TestHost host({.top = "content: {max_bytes: 20KiB}\n"});
  host.start();
  PageMaker maker("bounded");
  for (int i = 0; i < 20; ++i) {
    TestPage page = maker.make();
    page.markdown += maker.prose(60);
    ASSERT_EQ(deliver(host.http(), Crawl("bounded").page(page)).status, 202U);
  }
  host.await_quiet("bounded");
  const auto kept = host.http().get("/api/content/by-session/bounded").json()["total"].get<int>();
  EXPECT_GT(kept, 0);
  EXPECT_LT(kept, 20);
  EXPECT_LE(host.metrics().sum("sluice_content_bytes"), 20 * 1024);
}

TEST(ContentRetention, KeepsNothingWhereItIsToldSo) {
  TestHost host({.top = "content: {keep: 0s}\n"});
  host.start();
  const TestPage page = PageMaker("nothing").make();
  ASSERT_EQ(deliver(host.http(), Crawl("nothing").page(page)).status, 202U);
  EXPECT_EQ(host.http().get("/api/content/by-session/nothing").status, 404U);
  EXPECT_EQ(host.metrics().sum("sluice_content_bytes"), 0);
}

}  // namespace
}  // namespace sluice::testing
