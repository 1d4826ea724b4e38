// A full pipeline says so, takes nothing that it cannot keep, and goes on when there is room.
#include "support/test_host.hpp"

#include <gtest/gtest.h>

#include <thread>

namespace sluice::testing {
namespace {

constexpr std::size_t kRoom = 8;

// A host with room for a few pages and a sink that holds them as long as a file exists.
class Backpressure : public ::testing::Test {
 protected:
  void SetUp() override {
    hold_ = host_.files().write("hold", "");
    host_.set_file({.top = "limits: {records: " + std::to_string(kRoom) + "}\n",
                    .moody = "hold_while: " + hold_.string(),
                    .moody_stage = ", timeout: 10m"});
    host_.start();
  }
  void let_go() { std::filesystem::remove(hold_); }

  TestHost host_;
  std::filesystem::path hold_;
};

TEST_F(Backpressure, SaysWhenToComeAgainAndRecovers) {
  const Crawl crawl("full");
  const auto pages = PageMaker("full").make(kRoom + 2);
  std::vector<TestPage> refused;
  for (const auto& page : pages) {
    const Answer answer = deliver(host_.http(), crawl.page(page));
    if (answer.status == 202) continue;
    ASSERT_EQ(answer.status, 503U) << answer;
    EXPECT_GT(std::stoi("0" + answer.header("Retry-After")), 0) << answer;
    EXPECT_TRUE(answer.json()["detail"].is_string()) << answer;
    refused.push_back(page);
  }
  EXPECT_EQ(refused.size(), pages.size() - kRoom);
  EXPECT_EQ(host_.crawl(crawl.id())["received"], kRoom);
  EXPECT_EQ(host_.http().get("/health/live").status, 200U);
  EXPECT_EQ(host_.search({{"query", "anything"}}).status, 200U);

  let_go();
  for (const auto& page : refused) {
    EXPECT_TRUE(eventually([&] { return deliver(host_.http(), crawl.page(page)).status == 202; }));
  }
  deliver(host_.http(), crawl.completed());
  const auto ledger = host_.await_crawl(crawl.id());
  EXPECT_EQ(ledger["indexed"], pages.size()) << ledger;
  for (const auto& page : pages) EXPECT_EQ(host_.found(page.word), 1U) << page.word;
}

TEST_F(Backpressure, RefusesWholeEvents) {
  const Crawl crawl("whole");
  const auto pages = PageMaker("whole").make(kRoom + 1);
  const std::vector<TestPage> half(pages.begin(), pages.begin() + kRoom / 2 + 1);
  ASSERT_EQ(deliver(host_.http(), crawl.pages(half)).status, 202U);

  const Answer answer = deliver(host_.http(), crawl.pages(pages));

  EXPECT_EQ(answer.status, 503U) << answer;
  EXPECT_EQ(host_.crawl(crawl.id())["received"], half.size());
}

TEST_F(Backpressure, HoldsTheApiBackToo) {
  PageMaker maker("api");
  for (std::size_t i = 0; i < kRoom; ++i) {
    ASSERT_EQ(deliver(host_.http(), Crawl("api").page(maker.make())).status, 202U);
  }
  const Answer answer =
      host_.http().post("/api/index", {{"url", "https://api.example/x"}, {"markdown", "text"}});
  EXPECT_EQ(answer.status, 503U) << answer;
  EXPECT_FALSE(answer.header("Retry-After").empty());
}

TEST(BackpressureBytes, CountsTheTextToo) {
  TestHost host;
  const auto hold = host.files().write("hold", "");
  host.set_file({.top = "limits: {bytes: 1MiB}\n",
                 .moody = "hold_while: " + hold.string(),
                 .moody_stage = ", timeout: 10m"});
  host.start();
  const Crawl crawl("heavy");
  PageMaker maker("heavy");
  bool was_refused = false;
  for (int i = 0; i < 12 && !was_refused; ++i) {
    TestPage page = maker.make();
    page.markdown += maker.prose(3000);  // about 200 KiB
    was_refused = deliver(host.http(), crawl.page(page)).status == 503;
  }
  EXPECT_TRUE(was_refused);
  std::filesystem::remove(hold);
  EXPECT_TRUE(
      eventually([&] { return deliver(host.http(), crawl.page(maker.make())).status == 202; }));
}

}  // namespace
}  // namespace sluice::testing
