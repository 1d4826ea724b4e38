#include "app/markdown_pages.hpp"

#include "temporary_site.hpp"

#include <gtest/gtest.h>

namespace sluice::app {
namespace {

TEST(MarkdownPages, UrlIsThePathWithoutItsEnding) {
  EXPECT_EQ(url_of_file("https://e.test/", "guide/install.md"), "https://e.test/guide/install");
  EXPECT_EQ(url_of_file("https://e.test", "a.mdx"), "https://e.test/a");
  EXPECT_EQ(url_of_file("https://e.test/docs", "v1.2.md"), "https://e.test/docs/v1.2");
}

TEST(MarkdownPages, ReadmeAndIndexStandForTheirFolder) {
  EXPECT_EQ(url_of_file("https://e.test/", "index.md"), "https://e.test/");
  EXPECT_EQ(url_of_file("https://e.test/", "guide/README.md"), "https://e.test/guide/");
  EXPECT_EQ(url_of_file("https://e.test/", "guide/readme.mdx"), "https://e.test/guide/");
  EXPECT_EQ(url_of_file("https://e.test/", "indexes.md"), "https://e.test/indexes");
}

TEST(MarkdownPages, UrlIsEncoded) {
  EXPECT_EQ(url_of_file("https://e.test/", "a b/50%?#é.md"),
            "https://e.test/a%20b/50%25%3F%23%C3%A9");
}

TEST(MarkdownPages, FindsMarkdownAtAnyDepthInOrder) {
  const TemporarySite site;
  site.write("b.md", "");
  site.write("a/deep/er/c.MDX", "");
  site.write("a/README.md", "");
  site.write("a/picture.png", "");
  site.write(".git/description.md", "");
  site.write(".hidden.md", "");
  const auto files = markdown_under(site.path(), "https://e.test/");
  ASSERT_TRUE(files.ok());
  std::vector<std::string> urls;
  for (const MarkdownFile& file : *files) urls.push_back(file.url);
  EXPECT_EQ(urls, (std::vector<std::string>{"https://e.test/a/", "https://e.test/a/deep/er/c",
                                            "https://e.test/b"}));
}

TEST(MarkdownPages, FollowsNoLinkToAFolder) {
  const TemporarySite site;
  site.write("a/page.md", "");
  std::filesystem::create_directory_symlink(site.path(), site.path() / "a/again");
  const auto files = markdown_under(site.path(), "https://e.test/");
  ASSERT_TRUE(files.ok());
  EXPECT_EQ(files->size(), 1U);
}

struct TitleCase {
  const char* text;
  const char* title;
};

class MarkdownTitle : public testing::TestWithParam<TitleCase> {};

TEST_P(MarkdownTitle, IsTheFirstHeading) {
  EXPECT_EQ(read_markdown(GetParam().text).title, GetParam().title);
}

INSTANTIATE_TEST_SUITE_P(
    Shapes, MarkdownTitle,
    testing::Values(TitleCase{"# One\n\n# Two", "One"},
                    TitleCase{"text\n\n## Closed ##\n", "Closed"}, TitleCase{"# C#\n", "C#"},
                    TitleCase{"#no\n\n# Yes", "Yes"}, TitleCase{"Under\n=====\n", "Under"},
                    TitleCase{"Under\r\n---\r\n", "Under"},
                    TitleCase{"```sh\n# comment\n```\n# After", "After"},
                    TitleCase{"~~~~\n~~~\n# in\n~~~~\n# Out", "Out"},
                    TitleCase{"***\n\n---\n\ntext", ""}, TitleCase{"", ""},
                    TitleCase{"####### seven", ""}, TitleCase{"\xEF\xBB\xBF# Marked", "Marked"}));

TEST(MarkdownPages, FrontMatterIsNotText) {
  const auto page = read_markdown(
      "---\ntitle: \"The title\"\ndescription: What it is\nlang: en\n---\n# Heading\n");
  EXPECT_EQ(page.text, "# Heading\n");
  EXPECT_EQ(page.title, "The title");
  EXPECT_EQ(page.description, "What it is");
  EXPECT_EQ(page.language, "en");
}

TEST(MarkdownPages, ARuleIsNoFrontMatter) {
  const std::string_view text = "---\nnever closed: true\n";
  EXPECT_EQ(read_markdown(text).text, text);
}

}  // namespace
}  // namespace sluice::app
