// What is accepted is found: in every mode, of every generation of events, while the crawl is open.
#include "support/test_host.hpp"

#include <gtest/gtest.h>

namespace sluice::testing {
namespace {

class Accept : public ::testing::TestWithParam<Generation> {};

TEST_P(Accept, AnswersAPageWithItsJobAndFindsItWhileTheCrawlIsOpen) {
  TestHost host;
  host.start();
  const Crawl crawl("open-crawl", GetParam());
  const auto pages = PageMaker("accept").make(6);

  EXPECT_EQ(deliver(host.http(), crawl.started()).status, 200U);
  for (const auto& page : pages) {
    const Answer answer = deliver(host.http(), crawl.page(page));
    ASSERT_EQ(answer.status, 202U) << answer;
    EXPECT_EQ(answer.json()["status"], "queued");
    EXPECT_EQ(answer.json()["queued_jobs"], 1);
    EXPECT_EQ(answer.json()["job_ids"].size(), 1U);
    EXPECT_FALSE(answer.json().contains("failed_documents"));
  }
  const auto ledger = host.await_quiet(crawl.id());

  EXPECT_EQ(ledger["state"], "open") << ledger;
  EXPECT_EQ(ledger["indexed"], pages.size()) << ledger;
  for (const auto& page : pages) {
    EXPECT_EQ(host.found(page.word), 1U) << page.word;
    const Answer keyword = host.search({{"query", page.word}, {"mode", "keyword"}});
    EXPECT_EQ(urls_of(keyword), std::vector{page.url});
    const Answer hybrid = host.search({{"query", page.word}, {"mode", "hybrid"}});
    ASSERT_FALSE(urls_of(hybrid).empty()) << hybrid;
    EXPECT_EQ(urls_of(hybrid).front(), page.url) << hybrid;
    const std::string text = page.markdown.substr(0, page.markdown.find("## "));
    const Answer semantic = host.search({{"query", text}, {"mode", "semantic"}});
    ASSERT_FALSE(urls_of(semantic).empty()) << semantic;
    EXPECT_EQ(urls_of(semantic).front(), page.url) << semantic;
  }
}

INSTANTIATE_TEST_SUITE_P(Generations, Accept,
                         ::testing::Values(Generation::kV0, Generation::kV1, Generation::kV2),
                         [](const auto& generation) {
                           return "V" + std::to_string(static_cast<int>(generation.param));
                         });

TEST(AcceptResult, TellsWhatTheEventSaidOfThePage) {
  TestHost host;
  host.start();
  const Crawl crawl("told");
  TestPage page = PageMaker("told").make();
  page.url = "https://Told.Example:443/a/b?utm_source=x&id=7#top";
  page.country = "DE";
  page.is_mobile = true;
  ASSERT_EQ(deliver(host.http(), crawl.page(page)).status, 202U);
  host.await_quiet(crawl.id());

  const Answer answer = host.search({{"query", page.word}, {"mode", "keyword"}});

  ASSERT_EQ(answer.json()["results"].size(), 1U) << answer;
  const auto result = answer.json()["results"][0];
  EXPECT_EQ(result["title"], page.title);
  EXPECT_NE(result["text"].get<std::string>().find(page.word), std::string::npos);
  EXPECT_GT(result["score"].get<double>(), 0);
  const auto& metadata = result["metadata"];
  EXPECT_EQ(metadata["canonical_url"], "https://told.example/a/b?id=7");
  EXPECT_EQ(metadata["domain"], "told.example");
  EXPECT_EQ(metadata["crawl_id"], "told");
  EXPECT_EQ(metadata["country"], "DE");
  EXPECT_EQ(metadata["is_mobile"], true);
  EXPECT_EQ(metadata["status_code"], 200);
  EXPECT_EQ(result["id"], metadata["content_id"]);
}

TEST(AcceptResult, TakesAllPagesOfAV0CrawlFromItsEnd) {
  TestHost host;
  host.start();
  const Crawl crawl("v0-crawl", Generation::kV0);
  const auto pages = PageMaker("zero").make(5);
  auto end = crawl.pages(pages);
  end["type"] = "crawl.completed";
  ASSERT_EQ(deliver(host.http(), crawl.page(pages[0])).status, 202U);

  const Answer answer = deliver(host.http(), end);

  ASSERT_EQ(answer.status, 202U) << answer;
  EXPECT_EQ(answer.json()["pages_processed"], 4);
  EXPECT_EQ(answer.json()["pages_skipped"], 1);
  const auto ledger = host.await_crawl(crawl.id());
  EXPECT_EQ(ledger["indexed"], 5) << ledger;
  EXPECT_EQ(ledger["duplicates"], 1) << ledger;
  for (const auto& page : pages) EXPECT_EQ(host.found(page.word), 1U) << page.word;
}

TEST(AcceptIndex, TakesOneDocumentOfTheApi) {
  TestHost host;
  host.start();

  const Answer answer = host.http().post("/api/index", {{"url", "https://one.example/doc"},
                                                        {"markdown", "# One\n\nzanzibarwort here."},
                                                        {"title", "One"},
                                                        {"language", "en"}});

  ASSERT_EQ(answer.status, 202U) << answer;
  EXPECT_EQ(answer.json()["status"], "queued");
  EXPECT_TRUE(answer.json()["job_id"].is_string());
  EXPECT_TRUE(eventually([&] { return host.finds_one("zanzibarwort"); }));
  const Answer found = host.search({{"query", "zanzibarwort"}, {"mode", "keyword"}});
  EXPECT_EQ(urls_of(found), std::vector<std::string>{"https://one.example/doc"});
}

TEST(AcceptIndex, SaysWhatIsMissing) {
  TestHost host;
  host.start();

  EXPECT_EQ(host.http().post("/api/index", {{"markdown", "text"}}).status, 422U);
  EXPECT_EQ(host.http().post("/api/index", {{"url", "https://a.example/"}}).status, 422U);
  EXPECT_EQ(host.http().post("/api/index", {{"url", 5}, {"markdown", "text"}}).status, 422U);
  EXPECT_EQ(host.http().post("/api/index", nlohmann::json::array()).status, 400U);
}

}  // namespace
}  // namespace sluice::testing
