// The service pipeline while Redis is there and refuses: busy with a script, still loading, a
// read-only replica, another password.
#include "support/service_fault.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace sluice::testing {
namespace {

class RedisRefuses : public ServiceFault {
 protected:
  static ServiceOptions soon_busy() {
    ServiceOptions options = quick_options();
    options.redis.arguments = {"--busy-reply-threshold", "100"};
    return options;
  }
  RedisRefuses() : ServiceFault(soon_busy()) {}

  // Pages wait while Redis refuses in these words, and go on by themselves after `mend`.
  template <class Mend>
  void expect_patience(const std::vector<std::string>& words, Mend&& mend) {
    send_pages();
    expect_trouble("seen", words);
    EXPECT_EQ(service_.host().crawl("crawl")["pending"], kFaultPages);
    mend();
    expect_all();
    expect_recovery("seen");
    EXPECT_EQ(service_.chunks_embedded(), service_.chunks("words"));
    EXPECT_EQ(complaints("seen"), 1U) << service_.host().process().err();
  }
  bool redis_says(const std::string& word) {
    return eventually([&] {
      return service_.redis.ask({"GET", "x"}).find(word) != std::string::npos;
    });
  }
};

TEST_F(RedisRefuses, WhileAScriptRuns) {
  service_.host().start();
  service_.redis.tell({"EVAL", "while true do end", "0"});
  ASSERT_TRUE(redis_says("BUSY"));
  expect_patience({"busy with a script", "SCRIPT KILL"}, [&] {
    EXPECT_EQ(service_.redis.ask({"SCRIPT", "KILL"}), "OK");
  });
}

TEST_F(RedisRefuses, WhileItLoadsItsData) {
  service_.redis.ask({"DEBUG", "POPULATE", "20000"});
  ASSERT_EQ(service_.redis.ask({"SAVE"}), "OK");
  service_.host().start();
  service_.redis.kill();
  // Microseconds a key: six seconds of loading, answering others in between.
  service_.redis.add_arguments(
      {"--key-load-delay", "300", "--loading-process-events-interval-bytes", "1024"});
  service_.redis.start_loading();
  expect_patience({"loading its data"}, [] {});
}

TEST_F(RedisRefuses, WhileItIsAReplica) {
  service_.host().start();
  ASSERT_EQ(service_.redis.ask({"REPLICAOF", "127.0.0.1", "1"}), "OK");  // nobody is there
  expect_patience({"read-only replica"}, [&] {
    EXPECT_EQ(service_.redis.ask({"REPLICAOF", "NO", "ONE"}), "OK");
  });
}

TEST_F(RedisRefuses, WhileItWantsAnotherPassword) {
  service_.host().start();
  service_.redis.change_password("another");
  expect_patience({"wants a password"}, [&] { service_.redis.change_password(""); });
}

}  // namespace
}  // namespace sluice::testing
