// The service pipeline while something behind it fails: nothing accepted is lost, nothing is
// doubled, the log says it once, /health/ready names the stage, and no hand is needed when it is
// over.
#include "support/service_fault.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <thread>
#include <vector>

namespace sluice::testing {
namespace {

using fakes::Failure;
using nlohmann::json;

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
    service_.tei.server().fail({.how = how, .times = 2});
  }
  service_.tei.server().fail_next(2, {.status = 200, .body = R"({"vectors":"none"})"});
  service_.tei.server().fail_next(2, {.status = 500, .body = "boom"});
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
    ServiceOptions options = quick_options();
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

TEST(ServiceProbe, FindsACollectionOfAnotherDimension) {
  ServiceHost service;
  service.host().start();  // makes it
  ASSERT_EQ(service.host().stop(), 0);
  service.tei.change([](fakes::TeiOptions& options) { options.dimension = 48; });

  const auto probed = run_sluice({"check", "--probe", service_pipeline("streaming").string()});

  EXPECT_EQ(probed.exit_code, 1) << probed.out << probed.err;
  EXPECT_NE(probed.out.find("holds vectors of 384 dimensions, but the embedder makes 48"),
            std::string::npos)
      << probed.out;
}

TEST(ServiceProbe, MakesNoCollection) {
  ServiceHost service;
  run_sluice({"check", "--probe", service_pipeline("streaming").string()});
  EXPECT_EQ(service.qdrant.counters().collections_made, 0U);
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
