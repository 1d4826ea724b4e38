// Two hosts on one Redis: each page is processed once in all, and what a dead host held is finished
// by the other.
#include "support/service_host.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <csignal>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::testing {
namespace {

using nlohmann::json;

constexpr std::size_t kSharedPages = 200;

// The second host has the first one's services and a data folder of its own.
class ServiceHosts : public ::testing::Test {
 protected:
  static std::vector<std::string> arguments(const std::filesystem::path& data) {
    std::vector<std::string> words;
    for (const std::string& setting :
         {std::string("data=") + data.string(), std::string("stages.seen.config.lease=3s")}) {
      words.emplace_back("--set");
      words.push_back(setting);
    }
    return words;
  }

  ServiceHost service_{{.settings = {"stages.seen.config.lease=3s"}}};
  TemporaryFolder other_data_;
  TestHost other_{service_pipeline("streaming"), arguments(other_data_.path())};
};

TEST_F(ServiceHosts, ProcessEachPageOnceInAll) {
  service_.host().start();
  other_.start();
  const auto pages = PageMaker("shared").make(kSharedPages);
  const Crawl crawl("shared");
  // Every page goes to one host or to both, in an order of its own for each.
  std::mt19937 random(7);
  std::vector<std::pair<TestHost*, const TestPage*>> deliveries;
  for (const auto& page : pages) {
    deliveries.emplace_back(random() % 2 == 0 ? &service_.host() : &other_, &page);
    if (random() % 3 == 0) deliveries.emplace_back(&service_.host(), &page);
    if (random() % 3 == 0) deliveries.emplace_back(&other_, &page);
  }
  std::shuffle(deliveries.begin(), deliveries.end(), random);
  for (const auto& [host, page] : deliveries) {
    EXPECT_LT(deliver(host->http(), crawl.page(*page)).status, 300U);
  }
  for (TestHost* host : {&service_.host(), &other_}) {
    ASSERT_EQ(deliver(host->http(), crawl.completed()).status, 200U);
  }

  const json one = service_.host().await_crawl("shared");
  const json two = other_.await_crawl("shared");

  EXPECT_EQ(one["indexed"].get<uint64_t>() + two["indexed"].get<uint64_t>(), kSharedPages)
      << one << two;
  EXPECT_TRUE(adds_up(one)) << one;
  EXPECT_TRUE(adds_up(two)) << two;
  const json other_stats = other_.stats();
  const uint64_t chunks =
      service_.chunks("words") + other_stats["providers"]["words"].value("chunks", uint64_t{0});
  EXPECT_EQ(service_.points(), chunks);
  EXPECT_EQ(service_.chunks_embedded(), chunks);
}

TEST_F(ServiceHosts, FinishWhatADeadOneHeld) {
  service_.host().start();
  other_.start();
  service_.tei.server().stop();  // so that the first host holds its pages
  const auto pages = PageMaker("orphaned").make(20);
  const Crawl crawl("orphaned");
  for (const auto& page : pages) {
    ASSERT_EQ(deliver(service_.http(), crawl.page(page)).status, 202U);
  }
  EXPECT_TRUE(eventually([&] { return service_.chunks("words") > 0; }));  // the pages are claimed
  service_.host().process().send(SIGKILL);
  ASSERT_TRUE(service_.host().process().wait(patient(seconds(10))).has_value());
  for (const auto& page : pages) {
    ASSERT_EQ(deliver(other_.http(), crawl.page(page)).status, 202U);
  }
  service_.tei.server().start();
  ASSERT_EQ(deliver(other_.http(), crawl.completed()).status, 200U);

  const json ledger = other_.await_crawl("orphaned");

  EXPECT_EQ(ledger["indexed"], pages.size()) << ledger;
  for (const auto& page : pages) EXPECT_EQ(other_.found(page.word), 1U) << page.word;
}

// The first host holds the page of one crawl, and the second gets another version in another.
TEST(ServiceHostsOfTwoCrawls, WorkOnOneDocumentOneAfterTheOther) {
  ServiceHost service;
  const TemporaryFolder other_data;
  TestHost other{service_pipeline("streaming"),
                 {"--set", std::string("data=") + other_data.path().string()}};
  service.host().start();
  other.start();
  service.tei.server().stop();
  PageMaker maker("versions");
  TestPage page = maker.make();
  page.markdown += "\n## More\n\n" + maker.prose(60) + "\n";
  ASSERT_EQ(deliver(service.http(), Crawl("one").page(page)).status, 202U);
  ASSERT_TRUE(eventually([&] { return service.chunks("words") > 0; }));  // the page is claimed
  page.markdown = "# Short\n\nshortword.\n";
  const auto scripts_run = [&] {
    constexpr std::string_view kCalls = "cmdstat_evalsha:calls=";
    const std::string stats = service.redis.ask({"INFO", "commandstats"});
    const auto at = stats.find(kCalls);
    return at == std::string::npos ? 0L : std::stol(stats.substr(at + kCalls.size()));
  };
  const long before = scripts_run();
  ASSERT_EQ(deliver(other.http(), Crawl("two").page(page)).status, 202U);
  // It asks again and again, as the page is busy.
  EXPECT_TRUE(eventually([&] { return scripts_run() >= before + 3; }));
  EXPECT_EQ(other.stats()["providers"]["words"].value("chunks", uint64_t{0}), 0U);

  service.tei.server().start();

  EXPECT_EQ(service.host().await_quiet("one")["indexed"], 1);
  EXPECT_EQ(other.await_quiet("two")["indexed"], 1);
  EXPECT_EQ(service.points(), other.stats()["providers"]["words"]["chunks"]);
}

}  // namespace
}  // namespace sluice::testing
