#include "app/feed_pages.hpp"

#include "temporary_site.hpp"

#include <gtest/gtest.h>

namespace sluice::app {
namespace {

constexpr const char* kSite = "https://e.test/";

TEST(FeedPages, ReadsFoldersFilesAndLines) {
  const TemporarySite site;
  site.write("docs/b.md", "# B");
  site.write("docs/a.md", "no heading");
  const auto single = site.write("single.md", "---\nlanguage: de\n---\n# S");
  const auto lines = site.write(
      "pages.jsonl", R"({"markdown":"x","metadata":{"url":"https://o.test/1"},"html":"<p>"})"
                     "\n\n"
                     R"({"markdown":"y","metadata":{"sourceURL":"https://o.test/2"}})");
  auto pages = FeedPages::open({(site.path() / "docs").string(), single, lines}, kSite);
  ASSERT_TRUE(pages.ok()) << pages.error().message;
  EXPECT_EQ(pages->expected(), 5U);

  std::vector<FeedPage> read;
  while (auto page = pages->next()) {
    ASSERT_TRUE(page->ok()) << page->error().message;
    read.push_back(std::move(*page).value());
  }
  ASSERT_EQ(read.size(), 5U);
  EXPECT_EQ(read[0].url, "https://e.test/a");
  EXPECT_EQ(read[0].metadata["title"], "a") << "the file's name where nothing else is";
  EXPECT_EQ(read[1].metadata["title"], "B");
  EXPECT_EQ(read[2].url, "https://e.test/single");
  EXPECT_EQ(read[2].metadata["language"], "de");
  EXPECT_EQ(read[2].markdown, "# S");
  EXPECT_EQ(read[3].url, "https://o.test/1");
  EXPECT_EQ(read[4].metadata["url"], "https://o.test/2");
  EXPECT_FALSE(pages->next());
}

TEST(FeedPages, NamesABadLineAndGoesOn) {
  const TemporarySite site;
  const auto lines = site.write(
      "p.jsonl",
      "{\"markdown\":\n[1]\n{\"markdown\":\"x\"}\n"
      "{\"markdown\":\"x\",\"metadata\":{}}\n{\"markdown\":1,\"metadata\":{\"url\":\"u\"}}\n"
      "{\"markdown\":\"x\",\"metadata\":{\"url\":\"https://e.test/\"}}\n");
  auto pages = FeedPages::open({lines}, kSite);
  ASSERT_TRUE(pages.ok());
  const std::vector<std::string> sentences = {
      ":1: this line is not JSON",
      ":2: this line is not an object with \"markdown\" and \"metadata\"",
      ":3: \"metadata\" is missing; it holds the page's \"url\"",
      ":4: \"metadata\" has no \"url\" and no \"sourceURL\"", ":5: \"markdown\" is not text"};
  for (const std::string& sentence : sentences) {
    const auto page = pages->next();
    ASSERT_TRUE(page && !page->ok());
    EXPECT_EQ(page->error().message, lines + sentence);
  }
  const auto good = pages->next();
  EXPECT_TRUE(good && good->ok());
  EXPECT_FALSE(pages->next());
}

TEST(FeedPages, SurvivesWhatIsNestedTooDeep) {
  const auto page = page_of_line(R"({"metadata":)" + std::string(1'000'000, '['));
  ASSERT_FALSE(page.ok());
  EXPECT_EQ(page.error().message, "this line is nested deeper than 64 levels");
}

TEST(FeedPages, TwoFilesAtOneUrlAreAMistake) {
  const TemporarySite site;
  site.write("README.md", "# R");
  site.write("index.md", "# I");
  auto pages = FeedPages::open({site.path().string()}, kSite);
  ASSERT_TRUE(pages.ok());
  EXPECT_TRUE(pages->next()->ok());
  const auto second = pages->next();
  ASSERT_TRUE(second && !second->ok());
  EXPECT_EQ(second->error().message, (site.path() / "index.md").string() +
                                         ": another file has its URL https://e.test/ already");
}

TEST(FeedPages, SaysWhatCannotBeFed) {
  const TemporarySite site;
  const auto text = site.write("notes.txt", "x");
  EXPECT_EQ(FeedPages::open({"/no/such"}, kSite).error().message,
            "/no/such does not exist; name folders, *.md or *.jsonl files");
  EXPECT_EQ(FeedPages::open({text}, kSite).error().message,
            text + " is neither a folder nor a *.md, *.mdx or *.jsonl file");
  EXPECT_EQ(FeedPages::open({site.path().string()}, kSite).error().message,
            "there is no page to send: no *.md, *.mdx or line of *.jsonl in what was named");
}

}  // namespace
}  // namespace sluice::app
