// Pages that are taken are watched by changedetection.io, if the file says so: never in the way of
// indexing, and what it reports replaces the page.
#include "fakes/changedetection/fake_changedetection.hpp"
#include "support/firecrawl.hpp"
#include "support/test_host.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace sluice::testing {
namespace {

using nlohmann::json;

std::string watched_by(const fakes::FakeChangeDetection& watcher, const std::string& more = {}) {
  return ", watch: true, watch_key: cd-key, watch_url: \"" + watcher.url() +
         "\", watch_notify: \"http://sluice.example:8080\"" + more;
}

class WatchTest : public ::testing::Test {
 protected:
  std::string settings(const std::string& more = {}) {
    return settings_for(firecrawl_, watched_by(watcher_, more));
  }
  bool are_watched(std::size_t count) {
    return eventually([&] { return watcher_.watches().size() == count; });
  }

  fakes::FakeFirecrawl firecrawl_;
  fakes::FakeChangeDetection watcher_{"cd-key"};
};

TEST_F(WatchTest, IsOffByDefault) {
  TestHost host(
      {.source_config = settings_for(firecrawl_, ", watch_url: \"" + watcher_.url() + "\"")});
  host.start();
  ASSERT_EQ(deliver(host.http(), Crawl("c").page(PageMaker("quiet").make())).status, 202U);
  host.await_quiet("c");
  EXPECT_EQ(watcher_.server().counters().requests, 0U);
}

TEST_F(WatchTest, ReplacesAPageWhoseChangeIsReported) {
  TestHost host({.source_config = settings()});
  host.start();
  auto page = PageMaker("changing").make();
  firecrawl_.publish(site_page(page));
  ASSERT_EQ(deliver(host.http(), Crawl("c").page(page)).status, 202U);
  ASSERT_TRUE(are_watched(1));
  const fakes::Watch watch = watcher_.watches().at(0);
  EXPECT_EQ(watch.url, page.url);
  EXPECT_EQ(watch.title, page.title);
  EXPECT_EQ(watch.tag, "sluice");
  EXPECT_EQ(watch.seconds, 3600);
  EXPECT_TRUE(watch.notification_url.starts_with("post://sluice.example:8080/api/webhook/"));
  ASSERT_TRUE(eventually([&] { return host.finds_one(page.word); }));

  page.markdown = "# Changed\n\nNow with freshwordq.\n";
  firecrawl_.publish(site_page(page));
  const auto report = watcher_.change(page.url);
  ASSERT_TRUE(report);
  std::vector<net::Header> headers;
  for (const auto& [name, value] : report->headers) headers.push_back({name, value});
  const Answer answer = host.http().send("POST", report->path, report->body, headers);
  ASSERT_EQ(answer.status, 202U) << answer;
  EXPECT_EQ(host.await_crawl(answer.json()["job_id"])["indexed"], 1);
  EXPECT_TRUE(host.finds_one("freshwordq"));
  EXPECT_EQ(host.documents(), 1U);
  EXPECT_TRUE(are_watched(1));
}

TEST_F(WatchTest, MakesOneWatchAPage) {
  auto pages = PageMaker("many").make(30);
  watcher_.add({.url = pages[0].url});
  TestHost host({.source_config = settings()});
  host.start();
  for (const char* crawl : {"first", "second"}) {
    ASSERT_EQ(deliver(host.http(), Crawl(crawl).pages(pages)).status, 202U);
  }
  EXPECT_TRUE(are_watched(30));
  host.restart(SIGTERM);
  ASSERT_EQ(deliver(host.http(), Crawl("third").pages(pages)).status, 202U);
  host.await_quiet("third");
  const TestPage last = PageMaker("last").make();
  ASSERT_EQ(deliver(host.http(), Crawl("third").page(last)).status, 202U);
  EXPECT_TRUE(are_watched(31));
}

TEST_F(WatchTest, HoldsNothingUpWhileTheWatcherIsAway) {
  watcher_.server().fail({.how = fakes::Failure::How::kSilence, .times = fakes::kUntilCleared});
  TestHost host({.source_config = settings()});
  host.start();
  const auto pages = PageMaker("away").make(50);
  ASSERT_EQ(deliver(host.http(), Crawl("c").pages(pages)).status, 202U);
  EXPECT_EQ(host.await_quiet("c")["indexed"], 50);
  EXPECT_TRUE(watcher_.watches().empty());
  watcher_.server().stop();
  watcher_.server().clear_failures();
  watcher_.server().start();
  EXPECT_TRUE(are_watched(50));
}

TEST_F(WatchTest, StopsAtItsLimit) {
  TestHost host({.source_config = settings(", watch_limit: 5")});
  host.start();
  ASSERT_EQ(deliver(host.http(), Crawl("c").pages(PageMaker("limited").make(20))).status, 202U);
  EXPECT_TRUE(are_watched(5));
  EXPECT_TRUE(eventually([&] {
    return host.process().err().find("as many watches as watch_limit allows (5)") !=
           std::string::npos;
  }));
  host.await_quiet("c");
  EXPECT_EQ(watcher_.watches().size(), 5U);
}

TEST_F(WatchTest, NeedsToKnowWhereEverythingIs) {
  const auto refusal = [](const std::string& source_config) {
    TestHost host({.source_config = source_config});
    const auto done = run_sluice({"check", host.pipeline().string()});
    EXPECT_EQ(done.exit_code, kConfigExit);
    return done.err;
  };
  const std::string api = settings_for(firecrawl_);
  EXPECT_NE(refusal(", watch: true").find("watch needs api_url"), std::string::npos);
  EXPECT_NE(refusal(api + ", watch: true").find("watch_url is not an http"), std::string::npos);
  EXPECT_NE(refusal(api + ", watch: true, watch_url: \"http://127.0.0.1:5000\"")
                .find("watch_notify is not this host's address"),
            std::string::npos);
}

}  // namespace
}  // namespace sluice::testing
