// kill -9 at any moment: what was answered 202 is there afterwards, once.
#include "support/test_host.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <iostream>
#include <mutex>
#include <random>
#include <thread>

namespace sluice::testing {
namespace {

constexpr int kKills = 20;
constexpr std::size_t kPagesARound = 24;
constexpr int kSenders = 3;

uint64_t seed_of_this_run() {
  const char* given = std::getenv("SLUICE_TEST_SEED");
  return given ? std::strtoull(given, nullptr, 10) : std::random_device{}();
}

// Sends pages from several threads until they are all answered or the host is gone.
class Senders final {
 public:
  Senders(Http& http, const Crawl& crawl, const std::vector<TestPage>& pages)
      : http_(http), crawl_(crawl), pages_(pages) {
    for (int i = 0; i < kSenders; ++i) threads_.emplace_back([this] { send(); });
  }
  // The pages that got a 202.
  std::vector<TestPage> finish() {
    for (auto& thread : threads_) thread.join();
    return accepted_;
  }

 private:
  void send() {
    for (;;) {
      const TestPage* page = next();
      if (!page) return;
      const Answer answer = deliver(http_, crawl_.page(*page));
      if (answer.status == 0) return;
      const std::scoped_lock lock(mutex_);
      if (answer.status == 202) accepted_.push_back(*page);
    }
  }

  const TestPage* next() {
    const std::scoped_lock lock(mutex_);
    return next_ < pages_.size() ? &pages_[next_++] : nullptr;
  }

  Http& http_;
  const Crawl& crawl_;
  const std::vector<TestPage>& pages_;
  std::vector<std::thread> threads_;

  std::mutex mutex_;
  std::size_t next_ = 0;            // guarded by mutex_
  std::vector<TestPage> accepted_;  // guarded by mutex_
};

void expect_each_once(TestHost& host, const std::vector<TestPage>& pages) {
  for (const auto& page : pages) {
    EXPECT_EQ(urls_of(host.search({{"query", page.word}, {"mode", "keyword"}})),
              std::vector{page.url});
  }
}

TEST(Crash, LosesNothingAcceptedAndDoublesNothing) {
  const uint64_t seed = seed_of_this_run();
  std::cout << "SLUICE_TEST_SEED=" << seed << '\n';
  std::mt19937_64 random(seed);
  std::uniform_int_distribution<int> moment(2, 250);  // ms; a round of pages takes about 200
  TestHost host;
  const Crawl crawl("killed");
  PageMaker maker("killed", seed);
  std::vector<TestPage> all;
  std::size_t accepted_in_all = 0;

  for (int kill = 0; kill < kKills; ++kill) {
    host.start();
    const auto pages = maker.make(kPagesARound);
    all.insert(all.end(), pages.begin(), pages.end());
    Senders senders(host.http(), crawl, pages);
    std::this_thread::sleep_for(patient(milliseconds(moment(random))));
    EXPECT_EQ(host.stop(SIGKILL), by_signal(SIGKILL));
    const auto accepted = senders.finish();
    accepted_in_all += accepted.size();

    host.start();
    if (!accepted.empty()) {
      const auto ledger = host.await_quiet(crawl.id());
      EXPECT_TRUE(adds_up(ledger)) << "kill " << kill << ": " << ledger;
      EXPECT_EQ(ledger["indexed"], ledger["received"]) << "kill " << kill << ": " << ledger;
      EXPECT_GE(ledger["indexed"], accepted_in_all) << "kill " << kill << ": " << ledger;
      EXPECT_EQ(host.documents(), ledger["indexed"]) << "kill " << kill;
    }
    expect_each_once(host, accepted);
    host.stop(SIGKILL);
  }

  // What got no answer is sent again, as Firecrawl would; then the crawl is whole.
  host.start();
  for (const auto& page : all) {
    const unsigned status = deliver(host.http(), crawl.page(page)).status;
    EXPECT_TRUE(status == 200 || status == 202) << status;
  }
  deliver(host.http(), crawl.completed());
  const auto ledger = host.await_crawl(crawl.id());
  EXPECT_GT(accepted_in_all, 0U);
  EXPECT_EQ(ledger["received"], all.size()) << ledger;
  EXPECT_EQ(ledger["indexed"], all.size()) << ledger;
  EXPECT_TRUE(adds_up(ledger)) << ledger;
  EXPECT_EQ(host.documents(), all.size());
  EXPECT_EQ(host.stats()["providers"]["vectors"]["documents"], all.size());
  EXPECT_EQ(host.stats()["providers"]["words"]["documents"], all.size());
  EXPECT_EQ(host.stats()["providers"]["vectors"]["chunks"],
            host.stats()["providers"]["words"]["chunks"]);
  expect_each_once(host, all);
}

}  // namespace
}  // namespace sluice::testing
