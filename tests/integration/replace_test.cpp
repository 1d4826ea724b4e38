// A page that comes again: unchanged costs nothing, changed replaces its own chunks and no others.
#include "support/test_host.hpp"

#include <gtest/gtest.h>

namespace sluice::testing {
namespace {

// Sends the pages as a crawl of that id and waits for its end.
nlohmann::json crawl_all(TestHost& host, const std::string& id,
                         const std::vector<TestPage>& pages) {
  const Crawl crawl(id);
  for (const auto& page : pages) deliver(host.http(), crawl.page(page));
  deliver(host.http(), crawl.completed());
  return host.await_crawl(id);
}

double embedded(TestHost& host) {
  return host.metrics().sum("sluice_stage_batch_records_sum", {{"stage", "embed"}}).value_or(0);
}

TEST(Replace, EmbedsNothingOfAnUnchangedPage) {
  TestHost host;
  host.start();
  const auto pages = PageMaker("same").make(20);
  crawl_all(host, "first", pages);
  const double inputs = embedded(host);
  const auto stats = host.stats();
  ASSERT_GT(inputs, 0);

  const auto ledger = crawl_all(host, "second", pages);

  EXPECT_EQ(ledger["unchanged"], pages.size()) << ledger;
  EXPECT_EQ(ledger["indexed"], 0) << ledger;
  EXPECT_EQ(embedded(host), inputs);
  EXPECT_EQ(host.stats(), stats);
  EXPECT_EQ(host.metrics().sum("sluice_pages_skipped_total", {{"reason", "unchanged"}}),
            pages.size());
}

TEST(Replace, KnowsUnchangedPagesAfterARestart) {
  TestHost host;
  host.start();
  const auto pages = PageMaker("remembered").make(5);
  crawl_all(host, "first", pages);

  host.restart(SIGKILL);

  EXPECT_EQ(crawl_all(host, "second", pages)["unchanged"], pages.size());
}

TEST(Replace, IndexesTheChangedPageAlone) {
  TestHost host;
  host.start();
  auto pages = PageMaker("changed").make(10);
  crawl_all(host, "first", pages);
  const std::string old_word = pages[3].word;
  pages[3].word = "quincunx";
  pages[3].markdown = "# New\n\nNothing is left but a quincunx.\n";

  const auto ledger = crawl_all(host, "second", pages);

  EXPECT_EQ(ledger["indexed"], 1) << ledger;
  EXPECT_EQ(ledger["unchanged"], 9) << ledger;
  EXPECT_EQ(host.found(old_word), 0U);
  for (const auto& page : pages) EXPECT_EQ(host.found(page.word), 1U) << page.word;
  EXPECT_EQ(host.documents(), pages.size());
}

TEST(Replace, LeavesNoChunkOfAPagesFormerTail) {
  TestHost host;
  host.start();
  PageMaker maker("shrunk");
  TestPage page = maker.make();
  page.markdown = "# Long\n\n" + maker.prose(60) + "\n\n## Tail\n\nthe tailword at the end.\n";
  const TestPage other = maker.make();
  crawl_all(host, "first", {page, other});
  const auto before = host.stats();
  ASSERT_EQ(host.found("tailword"), 1U);

  page.markdown = "# Long\n\nshort now.\n";
  crawl_all(host, "second", {page, other});

  const auto after = host.stats();
  EXPECT_EQ(host.found("tailword"), 0U);
  EXPECT_EQ(host.found(other.word), 1U);
  EXPECT_LT(after["total_chunks"], before["total_chunks"]);
  EXPECT_EQ(after["providers"]["words"]["chunks"], after["providers"]["vectors"]["chunks"]);
  EXPECT_EQ(after["total_documents"], 2);
  EXPECT_GE(host.metrics().sum("sluice_chunks_trimmed_total", {{"stage", "words"}}).value_or(0), 1);

  host.restart(SIGTERM);
  EXPECT_EQ(host.stats()["total_chunks"], after["total_chunks"]);
  EXPECT_EQ(host.found("tailword"), 0U);
}

TEST(Replace, CountsPagesOfTheSameCrawlAsDuplicates) {
  TestHost host;
  host.start();
  const Crawl crawl("twice");
  const auto pages = PageMaker("twice").make(5);
  for (const auto& page : pages) ASSERT_EQ(deliver(host.http(), crawl.page(page)).status, 202U);
  host.await_quiet(crawl.id());
  const double inputs = embedded(host);

  for (const auto& page : pages) {
    const Answer answer = deliver(host.http(), crawl.page(page));
    EXPECT_EQ(answer.status, 200U);
    EXPECT_EQ(answer.json()["status"], "skipped");
  }
  deliver(host.http(), crawl.completed());

  const auto ledger = host.await_crawl(crawl.id());
  EXPECT_EQ(ledger["received"], 5) << ledger;
  EXPECT_EQ(ledger["indexed"], 5) << ledger;
  EXPECT_EQ(ledger["duplicates"], 5) << ledger;
  EXPECT_EQ(embedded(host), inputs);
}

TEST(Replace, TakesSpellingsOfOneAddressForOnePage) {
  TestHost host;
  host.start();
  TestPage page = PageMaker("spelt").make();
  page.url = "https://spelt.example/a?x=1";
  TestPage again = page;
  again.url = "HTTPS://Spelt.Example:443/a?utm_source=mail&x=1#part";

  const auto ledger = crawl_all(host, "spellings", {page, again});

  EXPECT_EQ(ledger["received"], 1) << ledger;
  EXPECT_EQ(ledger["duplicates"], 1) << ledger;
  EXPECT_EQ(host.documents(), 1U);
}

TEST(Replace, DeletesAPageThatIsGoneWhenToldTo) {
  TestHost host({.source_config = ", on_gone: delete"});
  host.start();
  auto pages = PageMaker("gone").make(3);
  crawl_all(host, "first", pages);
  ASSERT_EQ(host.documents(), 3U);

  pages[1].status_code = 410;
  crawl_all(host, "second", pages);

  EXPECT_TRUE(eventually([&] { return host.documents() == 2; }));
  EXPECT_EQ(host.found(pages[1].word), 0U);
  EXPECT_EQ(host.found(pages[0].word), 1U);
}

TEST(Replace, IndexesAPageThatWasGoneAndComesBackAsItWas) {
  TestHost host({.source_config = ", on_gone: delete"});
  host.start();
  auto pages = PageMaker("back").make(2);
  crawl_all(host, "first", pages);
  pages[1].status_code = 410;
  crawl_all(host, "second", pages);
  ASSERT_TRUE(eventually([&] { return host.documents() == 1; }));

  pages[1].status_code = 200;
  const auto ledger = crawl_all(host, "third", pages);

  EXPECT_EQ(ledger["indexed"], 1) << ledger;
  EXPECT_EQ(ledger["unchanged"], 1) << ledger;
  EXPECT_EQ(host.documents(), 2U);
  EXPECT_EQ(host.found(pages[1].word), 1U);
}

// The version between was given up when some sinks had it and one would not.
TEST(Replace, IndexesAFormerVersionAgainAfterOneThatWasGivenUp) {
  TestHost host({.moody = "reject_word: nogoword"});
  host.start();
  PageMaker maker("former");
  const TestPage former = maker.make();
  crawl_all(host, "first", {former});
  TestPage next = former;
  next.markdown = "# Next\n\nnextword and nogoword.\n";
  EXPECT_EQ(crawl_all(host, "second", {next})["failed"], 1);

  const auto ledger = crawl_all(host, "third", {former});

  EXPECT_EQ(ledger["indexed"], 1) << ledger;
  EXPECT_EQ(host.found(former.word), 1U);
  EXPECT_EQ(host.found("nextword"), 0U);
}

}  // namespace
}  // namespace sluice::testing
