// The service pipeline with a key that a service refuses, from the start or all of a sudden: pages
// wait, everything else goes on, and once the key is right so do they.
#include "support/service_fault.hpp"

#include <gtest/gtest.h>

#include <stdlib.h>

#include <string>

namespace sluice::testing {
namespace {

class WrongKey : public ServiceFault {
 protected:
  static ServiceOptions locked() {
    ServiceOptions options = quick_options();
    options.tei.api_key = "tei-key";
    options.qdrant.api_key = "qdrant-key";
    options.redis.password = "redis-key";
    return options;
  }
  WrongKey() : ServiceFault(locked()) {}

  void expect_one_complaint(const std::string& stage) {
    EXPECT_EQ(complaints(stage), 1U) << service_.host().process().err();
    for (const char* secret : {"tei-key", "qdrant-key", "redis-key"}) {
      EXPECT_EQ(service_.log_lines(secret), 0U) << secret;
    }
  }
};

TEST_F(WrongKey, OfTeiFromTheStart) {
  service_.tei.change([](fakes::TeiOptions& options) { options.api_key = "another"; });
  service_.host().start();
  send_pages();
  expect_trouble("embed", {"api_key"});
  EXPECT_TRUE(eventually([&] { return service_.host().found(pages_.back().word) == 1; }));
  service_.tei.change([](fakes::TeiOptions& options) { options.api_key = "tei-key"; });
  expect_all();
  expect_recovery("embed");
  EXPECT_EQ(service_.chunks_embedded(), service_.chunks("words"));
  expect_one_complaint("embed");
}

TEST_F(WrongKey, OfTeiWhileItRuns) {
  service_.host().start();
  send_pages("before");
  service_.host().await_crawl("before");
  service_.tei.change([](fakes::TeiOptions& options) { options.api_key = "another"; });
  send_pages("during");
  expect_trouble("embed", {"api_key"});
  // The keyword half of a hybrid search answers, and the other is named.
  const auto half =
      service_.host().search({{"query", pages_.front().word}, {"mode", "hybrid"}}).json();
  EXPECT_EQ(half["partial"], nlohmann::json({"vectors"})) << half;
  service_.tei.change([](fakes::TeiOptions& options) { options.api_key = "tei-key"; });
  EXPECT_EQ(service_.host().await_crawl("during")["indexed"], kFaultPages);
  expect_recovery("embed");
  expect_one_complaint("embed");
}

TEST_F(WrongKey, OfQdrantFromTheStart) {
  service_.qdrant.change_key("another");
  service_.host().start();
  send_pages();
  expect_trouble("vectors", {"api_key"});
  service_.qdrant.change_key("qdrant-key");
  expect_all();
  expect_recovery("vectors");
  expect_one_complaint("vectors");
}

TEST_F(WrongKey, OfQdrantWhileItRuns) {
  service_.host().start();
  send_pages("before");
  service_.host().await_crawl("before");
  service_.qdrant.change_key("another");
  send_pages("during");
  expect_trouble("vectors", {"api_key"});
  service_.qdrant.change_key("qdrant-key");
  EXPECT_EQ(service_.host().await_crawl("during")["indexed"], kFaultPages);
  expect_recovery("vectors");
  EXPECT_EQ(service_.points(), service_.chunks("words"));
  expect_one_complaint("vectors");
}

TEST_F(WrongKey, OfRedisFromTheStart) {
  service_.redis.change_password("another");
  service_.host().start();
  send_pages();
  expect_trouble("seen", {"password"});
  service_.redis.change_password("redis-key");
  expect_all();
  expect_recovery("seen");
  expect_one_complaint("seen");
}

// A service that wants a key, and a host that has another.
TEST(WrongKeys, AreNamedByAProbeAndNotShown) {
  ServiceOptions options;
  options.tei.api_key = "right";
  options.qdrant.api_key = "right";
  options.redis.password = "right";
  const ServiceHost service(options);
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

}  // namespace
}  // namespace sluice::testing
