// The service pipeline while something behind it fails: nothing accepted is lost, nothing is
// doubled, the log says it once, /health/ready names the stage, and no hand is needed when it is
// over.
#include "support/service_host.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <thread>
#include <vector>

namespace sluice::testing {
namespace {

using fakes::Failure;
using nlohmann::json;

constexpr std::size_t kFaultPages = 30;
class ServiceFault : public ::testing::Test {
 protected:
  static ServiceOptions quick() {
    // As the files say, but for the waits: a test has no half minute for a back-off.
    return {.settings = {"stages.embed.retry.max=500ms", "stages.vectors.retry.max=500ms",
                         "stages.embed.retry.attempts=1000", "stages.vectors.retry.attempts=1000",
                         "stages.embed.timeout=2s", "stages.vectors.timeout=2s"}};
  }
  explicit ServiceFault(const ServiceOptions& options = quick()) : service_(options) {}

  void send_pages(const std::string& crawl_id = "crawl") {
    pages_ = PageMaker(crawl_id).make(kFaultPages);
    const Crawl crawl(crawl_id);
    for (const auto& page : pages_) {
      ASSERT_EQ(deliver(service_.http(), crawl.page(page)).status, 202U);
    }
    ASSERT_EQ(deliver(service_.http(), crawl.completed()).status, 200U);
  }
  // Everything that was sent is in both indexes once.
  void expect_all(const std::string& crawl_id = "crawl") {
    const json ledger = service_.host().await_crawl(crawl_id);
    EXPECT_EQ(ledger["indexed"], kFaultPages) << ledger << service_.host().process().err();
    EXPECT_EQ(ledger["failed"], 0) << ledger;
    EXPECT_EQ(service_.host().documents(), kFaultPages);
    EXPECT_EQ(service_.points(), service_.chunks("words"));
    for (const auto& page : pages_) EXPECT_EQ(service_.host().found(page.word), 1U) << page.word;
  }
  void expect_trouble(const std::string& stage) {
    EXPECT_TRUE(eventually([&] { return !service_.trouble(stage).empty(); })) << stage;
  }
  void expect_recovery(const std::string& stage) {
    EXPECT_TRUE(eventually([&] { return service_.trouble(stage).empty(); }))
        << stage << ": " << service_.trouble(stage);
  }

  ServiceHost service_;
  std::vector<TestPage> pages_;
};

TEST_F(ServiceFault, TeiIsAwayForAWhile) {
  service_.host().start();
  service_.tei.server().stop();
  send_pages();
  expect_trouble("embed");
  // Keyword search has every page meanwhile.
  EXPECT_TRUE(eventually([&] { return service_.host().found(pages_.back().word) == 1; }));
  std::this_thread::sleep_for(seconds(10));
  EXPECT_EQ(service_.http().get("/health/ready").status, 200U);
  service_.tei.server().start();
  expect_all();
  expect_recovery("embed");
  EXPECT_EQ(service_.chunks_embedded(), service_.chunks("words"));
  EXPECT_LE(service_.log_lines("[embed]"), 6U) << service_.host().process().err();
}

TEST_F(ServiceFault, TeiIsAwayAtTheStart) {
  service_.tei.server().stop();
  service_.host().start();
  send_pages();
  expect_trouble("embed");
  service_.tei.server().start();
  expect_all();
}

TEST_F(ServiceFault, TeiIsOverloaded) {
  service_.host().start();
  service_.tei.server().fail_next(
      fakes::kUntilCleared,
      {.status = 429, .body = R"({"error":"Model is overloaded","error_type":"overloaded"})"});
  send_pages();
  std::this_thread::sleep_for(seconds(5));
  service_.tei.server().clear_failures();
  expect_all();
  EXPECT_EQ(service_.chunks_embedded(), service_.chunks("words"));
  EXPECT_LE(service_.log_lines("[embed]"), 8U) << service_.host().process().err();
}

TEST_F(ServiceFault, TeiAnswersNonsense) {
  service_.host().start();
  for (const auto how : {Failure::How::kGarbage, Failure::How::kReset, Failure::How::kResetBody,
                         Failure::How::kTruncate, Failure::How::kClose}) {
    service_.tei.server().fail({.how = how, .times = 5});
  }
  service_.tei.server().fail_next(5, {.status = 200, .body = R"({"vectors":"none"})"});
  service_.tei.server().fail_next(5, {.status = 500, .body = "boom"});
  service_.tei.twist_next(3, fakes::Twist::kRowShort);
  service_.tei.twist_next(3, fakes::Twist::kRowMore);
  send_pages();
  expect_all();
  expect_recovery("embed");
}

TEST_F(ServiceFault, QdrantFailsInEveryWayItCan) {
  service_.host().start();
  auto& server = service_.qdrant.server();
  server.fail_next(5, {.status = 500, .body = R"({"status":{"error":"broken"},"time":0})"});
  for (const auto how : {Failure::How::kReset, Failure::How::kResetBody, Failure::How::kClose}) {
    server.fail({.how = how, .times = 4, .method = "PUT"});
  }
  server.fail(
      {.how = Failure::How::kResetBody, .work = Failure::Work::kDone, .times = 4, .method = "PUT"});
  service_.qdrant.break_next_upserts(3);
  send_pages();
  expect_all();
  expect_recovery("vectors");
}

TEST_F(ServiceFault, QdrantIsAwayForAWhile) {
  service_.host().start();
  service_.qdrant.server().stop();
  send_pages();
  expect_trouble("vectors");
  std::this_thread::sleep_for(seconds(3));
  service_.qdrant.server().start();
  expect_all();
  expect_recovery("vectors");
  EXPECT_EQ(service_.chunks_embedded(), service_.chunks("words"));
  EXPECT_LE(service_.log_lines("[vectors]"), 6U) << service_.host().process().err();
}

// What was only acknowledged may be gone after a crash of Qdrant's: it does not count as kept.
TEST_F(ServiceFault, QdrantOnlyAcknowledges) {
  service_.host().start();
  service_.qdrant.answer_next_writes(5, fakes::WriteStatus::kAcknowledged, std::chrono::hours(1));
  send_pages();
  EXPECT_TRUE(eventually([&] { return service_.qdrant.counters().upserts >= 5; }));
  service_.qdrant.lose_what_waits();
  expect_all();
}

TEST_F(ServiceFault, RedisIsRestartedWithoutItsData) {
  service_.host().start();
  send_pages("before");
  service_.host().await_crawl("before");
  service_.redis.kill();
  send_pages("while-away");
  expect_trouble("seen");
  EXPECT_EQ(service_.host().crawl("while-away")["pending"], kFaultPages);
  service_.redis.start();
  const json ledger = service_.host().await_crawl("while-away");
  EXPECT_EQ(ledger["indexed"], kFaultPages) << ledger;
  expect_recovery("seen");
  EXPECT_LE(service_.log_lines("[seen]"), 6U) << service_.host().process().err();
}

class ServiceFaultKept : public ServiceFault {
 protected:
  static ServiceOptions with_data() {
    ServiceOptions options = quick();
    options.redis.keeps_data = true;
    return options;
  }
  ServiceFaultKept() : ServiceFault(with_data()) {}
};

TEST_F(ServiceFaultKept, RedisIsRestartedWithItsData) {
  service_.host().start();
  send_pages();
  expect_all();
  const uint64_t inputs = service_.tei.counters().inputs;
  service_.redis.kill();
  service_.redis.start();
  const Crawl again("again");
  for (const auto& page : pages_) {
    ASSERT_EQ(deliver(service_.http(), again.page(page)).status, 202U);
  }
  ASSERT_EQ(deliver(service_.http(), again.completed()).status, 200U);
  EXPECT_EQ(service_.host().await_crawl("again")["unchanged"], kFaultPages);
  EXPECT_EQ(service_.tei.counters().inputs, inputs);
}

TEST_F(ServiceFault, RedisRefusesWritesForAWhile) {
  service_.host().start();
  ASSERT_EQ(service_.redis.ask({"CONFIG", "SET", "maxmemory", "1"}), "OK");
  send_pages();
  expect_trouble("seen");
  ASSERT_EQ(service_.redis.ask({"CONFIG", "SET", "maxmemory", "0"}), "OK");
  expect_all();
  expect_recovery("seen");
}

TEST_F(ServiceFault, ACollectionOfAnotherDimensionIsRefused) {
  const std::string make = R"({"vectors":{"dense":{"size":5,"distance":"Cosine"}}})";
  Http qdrant(service_.qdrant.url());
  ASSERT_EQ(
      qdrant.send("PUT", "/collections/docs", make, {{"Content-Type", "application/json"}}).status,
      200U);
  std::string printed;
  try {
    service_.host().start();
    // The dimension is known only once TEI has answered; then the host gives up.
    EXPECT_EQ(service_.host().process().wait(patient(seconds(30))), kConfigExit);
    printed = service_.host().process().err();
  } catch (const std::runtime_error& failure) {
    printed = failure.what();
    EXPECT_EQ(service_.host().process().wait(patient(seconds(30))), kConfigExit);
  }
  EXPECT_NE(printed.find("dimension"), std::string::npos) << printed;
}

// A service that wants a key, and a host that has another.
TEST(ServiceCredentials, AreNamedWhenTheyAreWrong) {
  ServiceOptions options;
  options.tei.api_key = "right";
  options.qdrant.api_key = "right";
  options.redis.password = "right";
  options.settings = {"stages.embed.config.api_key=wrong-tei",
                      "stages.vectors.config.api_key=wrong-qdrant"};
  ServiceHost service(options);
  setenv("REDIS_URL",
         ("redis://:wrong-redis@127.0.0.1:" + std::to_string(service.redis.port())).c_str(), 1);
  const auto probed = run_sluice({"check", "--probe", service_pipeline("streaming").string(),
                                  "--set", "stages.embed.config.api_key=wrong-tei", "--set",
                                  "stages.vectors.config.api_key=wrong-qdrant"});
  EXPECT_NE(probed.exit_code, 0);
  const std::string all = probed.out + probed.err;
  for (const char* stage : {"seen", "embed", "vectors"}) {
    EXPECT_NE(all.find(std::string(stage) + ": "), std::string::npos) << all;
    EXPECT_EQ(all.find(std::string(stage) + ": fine"), std::string::npos) << all;
  }
  for (const char* secret : {"wrong-tei", "wrong-qdrant", "wrong-redis"}) {
    EXPECT_EQ(all.find(secret), std::string::npos) << all;
  }
}

TEST(ServiceProbe, SaysWhatEachServiceIs) {
  ServiceHost service;
  const fakes::HttpServer firecrawl(
      [](const fakes::Request&) { return fakes::Answer{.body = R"({"success":true})"}; });
  setenv("FIRECRAWL_URL", firecrawl.url().c_str(), 1);
  const auto probed = run_sluice({"check", "--probe", service_pipeline("streaming").string()});
  EXPECT_EQ(probed.exit_code, 0) << probed.out << probed.err;
  const std::string all = probed.out + probed.err;
  EXPECT_NE(all.find("1.9.3"), std::string::npos) << all;   // TEI's version
  EXPECT_NE(all.find("1.19.0"), std::string::npos) << all;  // Qdrant's
  EXPECT_NE(all.find("ms"), std::string::npos) << all;
}

}  // namespace
}  // namespace sluice::testing
