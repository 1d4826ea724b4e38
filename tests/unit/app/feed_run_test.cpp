#include "app/feed_run.hpp"

#include "temporary_site.hpp"
#include "webhook_server.hpp"

#include <gtest/gtest.h>

#include <set>

namespace sluice::app {
namespace {

using nlohmann::json;
using std::chrono::milliseconds;
using std::chrono::seconds;

class FeedRunTest : public testing::Test {
 protected:
  FeedPages pages(int count) {
    for (int i = 0; i < count; ++i)
      site_.write("p" + std::to_string(i) + ".md", "# Page " + std::to_string(i));
    auto pages = FeedPages::open({site_.path().string()}, "https://e.test/");
    EXPECT_TRUE(pages.ok());
    return std::move(pages).value();
  }
  WebhookSender sender(const std::string& url) {
    return {client_, {.url = url, .secret = {}, .patience = milliseconds(200)}};
  }

  TemporarySite site_;
  net::EventLoop loop_{1};
  net::Client client_{loop_};
};

TEST_F(FeedRunTest, SendsEveryPageOnce) {
  WebhookServer server([](const net::Request&) { return net::json_response(202, "{}"); });
  FeedPages all = pages(20);
  const CrawlEvents events(Generation::kV2, "c");
  const WebhookSender to = sender(server.url());
  FeedRun run(all, events, to, {.parallel = 4});
  const FeedTally tally = run.run([](std::uint64_t) {});
  EXPECT_EQ(tally.sent, 20U);
  EXPECT_EQ(tally.accepted, 20U);
  EXPECT_TRUE(tally.is_clean());
  std::set<std::string> urls;
  for (const net::Request& request : server.requests()) {
    urls.insert(json::parse(request.body)["data"][0]["metadata"]["url"].get<std::string>());
  }
  EXPECT_EQ(urls.size(), 20U);
  EXPECT_TRUE(run.kept().empty());
}

TEST_F(FeedRunTest, StopsAtItsLimit) {
  WebhookServer server([](const net::Request&) { return net::json_response(202, "{}"); });
  FeedPages all = pages(9);
  const CrawlEvents events(Generation::kV0, "c");
  const WebhookSender to = sender(server.url());
  FeedRun run(all, events, to, {.parallel = 4, .limit = 3});
  EXPECT_EQ(run.run([](std::uint64_t) {}).sent, 3U);
  EXPECT_EQ(run.kept().size(), 3U) << "v0 sends them again at the end";
}

TEST_F(FeedRunTest, CountsWhatTheHostSays) {
  WebhookServer server([](const net::Request& request) {
    if (request.body.find("Page 0") != request.body.npos)
      return net::json_response(200, R"({"status":"skipped"})");
    if (request.body.find("Page 1") != request.body.npos) return net::error_response(422, "no");
    return net::json_response(202, "{}");
  });
  FeedPages all = pages(3);
  const CrawlEvents events(Generation::kV2, "c");
  const WebhookSender to = sender(server.url());
  const FeedTally tally = FeedRun(all, events, to, {.parallel = 2}).run([](std::uint64_t) {});
  EXPECT_EQ(tally.sent, 3U);
  EXPECT_EQ(tally.accepted, 1U);
  EXPECT_EQ(tally.skipped, 1U);
  EXPECT_EQ(tally.failed, 1U);
  EXPECT_FALSE(tally.is_clean());
  EXPECT_EQ(tally.complaints,
            std::vector<std::string>{"https://e.test/p1: the host answered HTTP 422: no"});
}

TEST_F(FeedRunTest, GoesNoFasterThanItsRate) {
  WebhookServer server([](const net::Request&) { return net::json_response(202, "{}"); });
  FeedPages all = pages(6);
  const CrawlEvents events(Generation::kV2, "c");
  const WebhookSender to = sender(server.url());
  const auto start = std::chrono::steady_clock::now();
  FeedRun(all, events, to, {.parallel = 3, .rate = 50}).run([](std::uint64_t) {});
  EXPECT_GE(std::chrono::steady_clock::now() - start, milliseconds(100)) << "five steps of 20 ms";
}

TEST_F(FeedRunTest, BreaksOffWhenTheHostIsGone) {
  std::string url;
  {
    const WebhookServer server([](const net::Request&) { return net::json_response(202, "{}"); });
    url = server.url();
  }
  FeedPages all = pages(50);
  const CrawlEvents events(Generation::kV2, "c");
  const WebhookSender to = sender(url);
  const FeedTally tally = FeedRun(all, events, to, {.parallel = 4}).run([](std::uint64_t) {});
  EXPECT_FALSE(tally.broken_off.empty());
  EXPECT_EQ(tally.sent, 0U);
  EXPECT_FALSE(tally.is_clean());
}

TEST_F(FeedRunTest, NotesTheFirstFewBadLinesOnly) {
  WebhookServer server([](const net::Request&) { return net::json_response(202, "{}"); });
  std::string lines;
  for (int i = 0; i < 30; ++i) lines += "nonsense\n";
  auto all = FeedPages::open({site_.write("p.jsonl", lines)}, "https://e.test/");
  ASSERT_TRUE(all.ok());
  const CrawlEvents events(Generation::kV2, "c");
  const WebhookSender to = sender(server.url());
  const FeedTally tally = FeedRun(*all, events, to, {}).run([](std::uint64_t) {});
  EXPECT_EQ(tally.unreadable, 30U);
  EXPECT_EQ(tally.complaints.size(), kMostComplaints);
}

}  // namespace
}  // namespace sluice::app
