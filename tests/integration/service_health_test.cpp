// What /health and /health/ready say of services that no page has to do with: at the start, and
// when a search meets them.
#include "support/service_fault.hpp"

#include <gtest/gtest.h>

#include <string>

namespace sluice::testing {
namespace {

using nlohmann::json;

class ServiceHealth : public ServiceFault {
 protected:
  void expect_health(const std::string& status) {
    EXPECT_EQ(service_.http().get("/health").json()["status"], status);
  }
  Answer semantic_search() {
    return service_.host().search({{"query", "anything"}, {"mode", "semantic"}});
  }
};

TEST_F(ServiceHealth, NamesWhatIsAwayAtTheStartUntilItAnswers) {
  service_.tei.server().stop();
  service_.qdrant.server().stop();
  service_.host().start();

  expect_trouble("embed", {"TEI"});
  expect_trouble("vectors", {"Qdrant"});
  expect_health("degraded");

  service_.tei.server().start();
  service_.qdrant.server().start();
  expect_recovery("embed");  // by itself
  EXPECT_TRUE(eventually([&] { return semantic_search().status == 200; }));
  expect_recovery("vectors");
  expect_health("healthy");
}

TEST_F(ServiceHealth, NamesTheProviderInWhichSearchesFail) {
  service_.host().start();
  send_pages();
  expect_all();
  ASSERT_EQ(semantic_search().status, 200U);
  expect_recovery("vectors");

  service_.qdrant.server().stop();
  const Answer none = semantic_search();
  EXPECT_EQ(none.status, 503U);
  EXPECT_EQ(none.json()["detail"], "no search provider answered: vectors failed") << none;
  const Answer half = service_.host().search({{"query", pages_.front().word}});
  EXPECT_EQ(half.json()["partial"], json({"vectors"})) << half;
  EXPECT_EQ(half.json()["partial_reasons"], (json{{"vectors", "failed"}})) << half;
  expect_trouble("vectors", {"Qdrant"});
  expect_health("degraded");

  service_.qdrant.server().start();
  EXPECT_TRUE(eventually([&] { return semantic_search().status == 200; }));
  expect_recovery("vectors");
}

TEST_F(ServiceHealth, NamesTheEmbedderThatCannotEmbedAQuery) {
  service_.host().start();
  expect_health("healthy");
  service_.tei.server().stop();
  EXPECT_EQ(semantic_search().status, 503U);
  expect_trouble("embed", {"TEI"});
  service_.tei.server().start();
  EXPECT_TRUE(eventually([&] { return semantic_search().status == 200; }));
  expect_recovery("embed");
}

}  // namespace
}  // namespace sluice::testing
