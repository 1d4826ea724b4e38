// The service pipeline: every chunk is embedded once, all indexes agree, and a crawl that comes
// again costs nothing.
#include "support/service_host.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

namespace sluice::testing {
namespace {

using nlohmann::json;

constexpr std::size_t kCrawlPages = 500;
constexpr std::size_t kDeliverers = 4;

// A page of several chunks.
std::vector<TestPage> long_pages(const std::string& name, std::size_t count) {
  PageMaker maker(name);
  auto pages = maker.make(count);
  for (auto& page : pages) page.markdown += "\n## More\n\n" + maker.prose(60) + "\n";
  return pages;
}

void deliver_all(Http& http, const Crawl& crawl, const std::vector<TestPage>& pages) {
  std::vector<std::thread> senders;
  for (std::size_t first = 0; first < kDeliverers; ++first) {
    senders.emplace_back([&, first] {
      for (std::size_t i = first; i < pages.size(); i += kDeliverers) {
        EXPECT_LT(deliver(http, crawl.page(pages[i])).status, 300U);
      }
    });
  }
  for (auto& sender : senders) sender.join();
  EXPECT_EQ(deliver(http, crawl.completed()).status, 200U);
}

class ServiceCrawl : public ::testing::Test {
 protected:
  ServiceHost service_;
};

TEST_F(ServiceCrawl, EmbedsEachChunkOnceAndNothingOfACrawlThatComesAgain) {
  service_.host().start();
  auto pages = long_pages("manifold", kCrawlPages);
  deliver_all(service_.http(), Crawl("first"), pages);

  const json ledger = service_.host().await_crawl("first");

  EXPECT_EQ(ledger["indexed"], kCrawlPages) << ledger;
  const uint64_t chunks = service_.chunks("words");
  EXPECT_GT(chunks, kCrawlPages);
  EXPECT_EQ(service_.chunks("vectors"), chunks);
  EXPECT_EQ(service_.points(), chunks);
  EXPECT_EQ(service_.chunks_embedded(), chunks);
  for (std::size_t i = 0; i < kCrawlPages; i += 50) {
    EXPECT_EQ(service_.host().found(pages[i].word), 1U) << i;
  }

  deliver_all(service_.http(), Crawl("first"), pages);
  deliver_all(service_.http(), Crawl("second"), pages);
  const json again = service_.host().await_crawl("second");
  EXPECT_EQ(again["unchanged"], kCrawlPages) << again;
  EXPECT_EQ(service_.chunks_embedded(), chunks);

  // A page that got shorter replaces its own chunks and leaves none behind.
  TestPage& changed = pages[7];
  changed.markdown = "# " + changed.title + "\n\n" + changed.word + " is all that is left.\n";
  const uint64_t before = service_.points();
  deliver_all(service_.http(), Crawl("third"), pages);
  const json third = service_.host().await_crawl("third");
  EXPECT_EQ(third["unchanged"], kCrawlPages - 1) << third;
  EXPECT_EQ(third["indexed"], 1) << third;
  EXPECT_EQ(service_.chunks_embedded(), chunks + 1);
  EXPECT_LT(service_.points(), before);
  EXPECT_EQ(service_.points(), service_.chunks("words"));
}

TEST_F(ServiceCrawl, AnswersHybridSearchWithOneEmbeddingAndNamesWhoIsMissing) {
  service_.host().start();
  const auto pages = long_pages("hybrid", 20);
  deliver_all(service_.http(), Crawl("hybrid"), pages);
  service_.host().await_crawl("hybrid");
  const uint64_t inputs = service_.tei.counters().inputs;

  const json both = service_.host().search({{"query", pages[3].word}, {"mode", "hybrid"}}).json();
  EXPECT_EQ(both["results"][0]["url"], pages[3].url) << both;
  EXPECT_FALSE(both.contains("partial")) << both;
  EXPECT_EQ(service_.tei.counters().inputs, inputs + 1);

  service_.qdrant.server().stop();
  const json half = service_.host().search({{"query", pages[4].word}, {"mode", "hybrid"}}).json();
  EXPECT_EQ(half["results"][0]["url"], pages[4].url) << half;
  EXPECT_EQ(half["partial"], json({"vectors"})) << half;
}

// One word tells the modes apart.
TEST(ServicePipelines, DifferInOneWord) {
  const auto lines_of = [](const std::string& mode) {
    std::ifstream in(service_pipeline(mode));
    std::vector<std::string> lines;
    for (std::string line; std::getline(in, line);) lines.push_back(line);
    return lines;
  };
  const auto streaming = lines_of("streaming");
  ASSERT_FALSE(streaming.empty());
  for (const std::string mode : {"micro-batch", "batch"}) {
    const auto other = lines_of(mode);
    ASSERT_EQ(other.size(), streaming.size()) << mode;
    std::size_t differences = 0;
    for (std::size_t i = 0; i < other.size(); ++i) {
      if (other[i] == streaming[i]) continue;
      ++differences;
      EXPECT_EQ(streaming[i], "mode: streaming");
      EXPECT_EQ(other[i], "mode: " + mode);
    }
    EXPECT_EQ(differences, 1U) << mode;
  }
}

}  // namespace
}  // namespace sluice::testing
