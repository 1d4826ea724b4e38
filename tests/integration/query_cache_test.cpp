// Embeddings of queries that were asked lately.
#include "support/test_host.hpp"

#include <gtest/gtest.h>

namespace sluice::testing {
namespace {

class QueryCache : public ::testing::Test {
 protected:
  // How many queries had their embedding at hand, and how many had not.
  double counted(const std::string& result) {
    return host_.metrics().sum("sluice_query_cache_total", {{"result", result}}).value_or(0);
  }
  Answer ask(const std::string& query, const std::string& mode) {
    return host_.search({{"query", query}, {"mode", mode}});
  }

  TestHost host_;
};

TEST_F(QueryCache, EmbedsAQueryOnceForAllWhoAskIt) {
  host_.start();
  const TestPage page = PageMaker("cached").make();
  deliver(host_.http(), Crawl("cached").page(page));
  ASSERT_TRUE(eventually([&] { return host_.finds_one(page.word); }));

  const Answer first = ask(page.word, "semantic");
  const Answer second = ask(page.word, "semantic");
  const Answer third = ask(page.word, "hybrid");

  EXPECT_EQ(counted("miss"), 1);
  EXPECT_EQ(counted("hit"), 2);
  EXPECT_EQ(first.body, second.body);
  EXPECT_EQ(urls_of(third).front(), page.url);
  ask(page.word, "keyword");
  EXPECT_EQ(counted("miss") + counted("hit"), 3);  // there was nothing to embed
}

TEST_F(QueryCache, KeepsNoMoreThanItMay) {
  host_.set_file({.top = "search: {cache: {entries: 2}}\n"});
  host_.start();
  for (const char* query : {"one", "two", "three", "one"}) ask(query, "semantic");
  EXPECT_EQ(counted("hit"), 0);
  ask("three", "semantic");
  EXPECT_EQ(counted("hit"), 1);
}

TEST_F(QueryCache, IsNotThereWhereItIsTurnedOff) {
  host_.set_file({.top = "search: {cache: {entries: 0}}\n"});
  host_.start();
  for (int i = 0; i < 3; ++i) ask("the same", "semantic");
  EXPECT_EQ(counted("hit"), 0);
}

}  // namespace
}  // namespace sluice::testing
