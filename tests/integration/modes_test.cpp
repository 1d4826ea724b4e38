// Modes: one word in the file decides when pages move, never what ends up in the indexes.
#include "support/patience.hpp"
#include "support/service_host.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <map>
#include <random>
#include <string>
#include <tuple>
#include <vector>

namespace sluice::testing {
namespace {

using nlohmann::json;

constexpr std::size_t kPagesOfAMode = 40;
const char* const kModes[] = {"streaming", "micro-batch", "batch"};

std::vector<TestPage> some_pages(const std::string& name, std::size_t count) {
  PageMaker maker(name);
  auto pages = maker.make(count);
  for (auto& page : pages) page.markdown += "\n## More\n\n" + maker.prose(30) + "\n";
  return pages;
}

// What searches see: the pages of some questions in their order, and how many there are.
json seen_through_searches(ServiceHost& service) {
  json seen;
  for (const char* query : {"water", "the river and the mountain", "system"}) {
    for (const char* mode : {"keyword", "semantic", "hybrid"}) {
      const json answer =
          service.host().search({{"query", query}, {"mode", mode}, {"limit", 30}}).json();
      json& one = seen[query][mode];
      one["total"] = answer["total"];
      for (const auto& result : answer["results"]) {
        one["results"].push_back({result["url"], result["text"]});
      }
    }
  }
  return seen;
}

// Every page in events of its own, some twice, in any order, and some only with the closing, where
// the generation's closing carries pages.
std::vector<json> events_of(const Crawl& crawl, const std::vector<TestPage>& pages,
                            Generation generation, std::mt19937& random) {
  std::vector<json> events;
  for (const auto& page : pages) {
    const bool is_lost = generation == Generation::kV0 && random() % 4 == 0;
    const std::size_t times = is_lost ? 0 : 1 + (random() % 3 == 0 ? 1 : 0);
    for (std::size_t i = 0; i < times; ++i) events.push_back(crawl.page(page));
  }
  std::shuffle(events.begin(), events.end(), random);
  json closing = crawl.completed();
  if (generation == Generation::kV0) closing["data"] = crawl.pages(pages)["data"];
  events.push_back(std::move(closing));
  return events;
}

TEST(Modes, LeadToTheSameIndexWhateverTheEventsDo) {
  // SLUICE_SEED: the one that a failure printed.
  const char* given = std::getenv("SLUICE_SEED");
  const auto seed = given ? static_cast<unsigned>(std::stoul(given)) : std::random_device{}();
  RecordProperty("seed", std::to_string(seed));
  const auto pages = some_pages("same", kPagesOfAMode);
  std::map<std::string, json> seen;
  for (const char* mode : kModes) {
    for (const Generation generation : {Generation::kV0, Generation::kV2}) {
      const std::string name =
          std::string(mode) + (generation == Generation::kV0 ? ", v0" : ", v2");
      SCOPED_TRACE(name + ", SLUICE_SEED=" + std::to_string(seed));
      std::mt19937 random(seed);
      ServiceHost service({.mode = mode});
      service.host().start();
      const Crawl crawl("same", generation);
      for (const auto& event : events_of(crawl, pages, generation, random)) {
        ASSERT_LT(deliver(service.http(), event).status, 300U);
      }
      const json ledger = service.host().await_crawl("same");
      EXPECT_EQ(ledger["received"], kPagesOfAMode) << ledger;
      EXPECT_EQ(ledger["indexed"], kPagesOfAMode) << ledger;
      EXPECT_EQ(service.chunks_embedded(), service.chunks("words"));
      EXPECT_EQ(service.points(), service.chunks("words"));
      seen[name] = seen_through_searches(service);
      EXPECT_EQ(seen[name], seen.begin()->second);
    }
  }
}

TEST(Modes, StreamingIsSearchableBeforeTheCrawlCloses) {
  ServiceHost service({.mode = "streaming"});
  service.host().start();
  const auto pages = some_pages("open", 3);
  const Crawl crawl("open");
  for (const auto& page : pages) {
    deliver(service.http(), crawl.page(page));
    EXPECT_TRUE(eventually([&] { return service.host().finds_one(page.word); }));
  }
  EXPECT_EQ(service.host().crawl("open")["state"], "open");
}

TEST(Modes, BatchEmbedsNothingBeforeTheCrawlCloses) {
  ServiceHost service({.mode = "batch"});
  service.host().start();
  const auto pages = some_pages("closing", 20);
  const Crawl crawl("closing");
  for (const auto& page : pages) deliver(service.http(), crawl.page(page));
  EXPECT_TRUE(eventually(
      [&] { return service.http().get("/api/pipeline").json()["pages_held"] == pages.size(); }));
  EXPECT_EQ(service.chunks_embedded(), 0U);
  EXPECT_EQ(service.chunks("words"), 0U);

  service.host().restart(SIGKILL);  // holding survives that

  EXPECT_EQ(service.http().get("/api/pipeline").json()["pages_held"], pages.size());
  EXPECT_EQ(service.chunks_embedded(), 0U);
  deliver(service.http(), crawl.completed());
  EXPECT_EQ(service.host().await_crawl("closing")["indexed"], pages.size());
  EXPECT_EQ(service.chunks_embedded(), service.chunks("words"));
}

TEST(Modes, BatchLetsACrawlGoThatDoesNotCloseInTime) {
  ServiceHost service({.mode = "batch", .settings = {"modes.batch.max_hold=300ms"}});
  service.host().start();
  const auto pages = some_pages("late", 5);
  for (const auto& page : pages) deliver(service.http(), Crawl("late").page(page));
  EXPECT_EQ(service.host().await_quiet("late")["indexed"], pages.size());
}

TEST(Modes, BatchRunsLatePagesOfAClosedCrawlAtOnce) {
  ServiceHost service({.mode = "batch"});
  service.host().start();
  const auto pages = some_pages("tail", 4);
  const Crawl crawl("tail");
  deliver(service.http(), crawl.page(pages[0]));
  deliver(service.http(), crawl.completed());
  service.host().await_crawl("tail");
  deliver(service.http(), crawl.page(pages[1]));
  EXPECT_TRUE(eventually([&] { return service.host().finds_one(pages[1].word); }));
}

// Two crawls bring one page, and the one that brought it later closes first.
TEST(Modes, BatchLeavesOutAVersionThatANewerOneHasOvertaken) {
  TestHost host({.top = "mode: batch\n"});
  host.start();
  PageMaker maker("overtaken");
  const TestPage old = maker.make();
  TestPage later = old;
  later.markdown = "# Later\n\nlaterword.\n";
  const TestPage other = maker.make();
  const Crawl slow("slow");
  const Crawl quick("quick");
  ASSERT_EQ(deliver(host.http(), slow.pages({old, other})).status, 202U);
  ASSERT_EQ(deliver(host.http(), quick.page(later)).status, 202U);
  deliver(host.http(), quick.completed());
  EXPECT_EQ(host.await_crawl("quick")["indexed"], 1);

  EXPECT_TRUE(eventually([&] { return host.crawl("slow")["skipped"] == 1; }));
  host.restart(SIGTERM);  // what was overtaken stays so
  deliver(host.http(), slow.completed());

  const json ledger = host.await_crawl("slow");
  EXPECT_EQ(ledger["skipped"], 1) << ledger;
  EXPECT_EQ(ledger["indexed"], 1) << ledger;
  EXPECT_EQ(host.found("laterword"), 1U);
  EXPECT_EQ(host.found(old.word), 0U);
  EXPECT_EQ(host.found(other.word), 1U);
}

// The wait is counted from the oldest page, so pages that keep coming do not put it off.
TEST(Modes, MicroBatchHoldsAPageNoLongerThanItsWait) {
  constexpr milliseconds kWait{400};
  ServiceHost service(
      {.mode = "micro-batch",
       .settings = {"modes.micro-batch.max_wait=400ms", "modes.micro-batch.max_records=1000"}});
  service.host().start();
  const auto pages = some_pages("micro", 60);
  const Crawl crawl("micro");
  const auto began = std::chrono::steady_clock::now();
  std::size_t sent = 0;
  while (service.chunks_embedded() == 0 && sent < pages.size()) {
    ASSERT_EQ(deliver(service.http(), crawl.page(pages[sent++])).status, 202U);
    std::this_thread::sleep_for(milliseconds(20));
  }
  const auto held = std::chrono::steady_clock::now() - began;
  EXPECT_GT(held, kWait - milliseconds(50)) << "nothing was collected";
  EXPECT_LT(held, patient(kWait * 2)) << "pages that came put the batch off";
  EXPECT_GT(sent, 1U);
}

TEST(Modes, MicroBatchFlushesOnlyTheCrawlThatCloses) {
  ServiceHost service({.mode = "micro-batch", .settings = {"modes.micro-batch.max_wait=10m"}});
  service.host().start();
  const auto pages = some_pages("two", 2);
  deliver(service.http(), Crawl("one").page(pages[0]));
  deliver(service.http(), Crawl("other").page(pages[1]));
  deliver(service.http(), Crawl("one").completed());
  EXPECT_EQ(service.host().await_crawl("one")["indexed"], 1);
  EXPECT_EQ(service.host().crawl("other")["pending"], 1);
  EXPECT_EQ(service.host().stop(), 0);  // SIGTERM flushes what is collected, at once
  service.host().start();
  EXPECT_TRUE(service.host().finds_one(pages[1].word));
}

}  // namespace
}  // namespace sluice::testing
