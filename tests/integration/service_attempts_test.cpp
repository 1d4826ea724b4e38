// A service that answers and does nothing, for longer than all attempts last: what could not be
// done has not failed.
#include "support/service_fault.hpp"

#include <gtest/gtest.h>

#include <string>
#include <thread>

namespace sluice::testing {
namespace {

using fakes::Failure;

class ServiceAttempts : public ServiceFault {
 protected:
  // Three attempts are over in a fraction of a second.
  static ServiceOptions few_attempts() {
    ServiceOptions options = quick_options();
    for (const std::string stage : {"embed", "vectors"}) {
      options.settings.push_back("stages." + stage + ".retry.attempts=3");
      options.settings.push_back("stages." + stage + ".retry.initial=50ms");
      options.settings.push_back("stages." + stage + ".retry.max=50ms");
      // Two calls that get no answer have to fit.
      options.settings.push_back("stages." + stage + ".retry.elapsed=" +
                                 std::to_string(patient(seconds(3)).count()) + "ms");
    }
    return options;
  }
  ServiceAttempts() : ServiceFault(few_attempts()) {}

  void expect_patience(fakes::HttpServer& server, const std::string& stage) {
    send_pages();
    expect_trouble(stage);
    std::this_thread::sleep_for(seconds(4));
    EXPECT_EQ(service_.host().crawl("crawl")["failed"], 0);
    server.clear_failures();
    expect_all();
    expect_recovery(stage);
    EXPECT_EQ(service_.chunks_embedded(), service_.chunks("words"));
    EXPECT_LE(complaints(stage), 2U) << service_.host().process().err();
  }
};

TEST_F(ServiceAttempts, AreNotUsedUpByATeiWhoseModelIsGone) {
  service_.host().start();
  const std::string body = R"({"error":"the model has crashed","error_type":"backend"})";
  for (const char* path : {"/embed", "/v1/embeddings"}) {
    service_.tei.server().fail(
        {.answer = {.status = 500, .body = body}, .times = fakes::kUntilCleared, .path = path});
  }
  expect_patience(service_.tei.server(), "embed");
}

TEST_F(ServiceAttempts, AreNotUsedUpByATeiThatIsOverloaded) {
  service_.host().start();
  const std::string body = R"({"error":"Model is overloaded","error_type":"overloaded"})";
  for (const char* path : {"/embed", "/v1/embeddings"}) {
    service_.tei.server().fail(
        {.answer = {.status = 429, .body = body}, .times = fakes::kUntilCleared, .path = path});
  }
  expect_patience(service_.tei.server(), "embed");
}

TEST_F(ServiceAttempts, AreNotUsedUpByAQdrantThatWritesNothing) {
  service_.host().start();
  service_.qdrant.server().fail(
      {.answer = {.status = 500, .body = R"({"status":{"error":"disk"},"time":0})"},
       .times = fakes::kUntilCleared,
       .path = "/collections/docs/points"});
  expect_patience(service_.qdrant.server(), "vectors");
}

TEST_F(ServiceAttempts, AreNotUsedUpByAQdrantThatTakesNoPoints) {
  service_.host().start();
  service_.qdrant.server().fail(
      {.answer = {.status = 500, .body = R"({"status":{"error":"disk"},"time":0})"},
       .times = fakes::kUntilCleared,
       .method = "PUT"});
  expect_patience(service_.qdrant.server(), "vectors");
}

// It takes writes, does every second of them, and says nothing.
TEST_F(ServiceAttempts, AreNotUsedUpByAQdrantThatDoesNotAnswer) {
  service_.host().start();
  Failure silence{.how = Failure::How::kSilence, .times = fakes::kUntilCleared, .method = "PUT"};
  silence.every = 2;
  service_.qdrant.server().fail(silence);
  silence.every = 1;
  silence.work = Failure::Work::kDone;
  service_.qdrant.server().fail(silence);
  expect_patience(service_.qdrant.server(), "vectors");
}

}  // namespace
}  // namespace sluice::testing
