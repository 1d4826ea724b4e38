// How often TEI is called, and what the metrics say about it.
#include "support/service_host.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace sluice::testing {
namespace {

constexpr uint64_t kTeiLimit = 32;  // texts of a call, its default
constexpr std::size_t kCalledPages = 100;

uint64_t rounded_up(uint64_t texts) { return (texts + kTeiLimit - 1) / kTeiLimit; }

class ServiceCalls : public ::testing::Test {
 protected:
  void crawl_of_long_pages(ServiceHost& service) {
    PageMaker maker("calls");
    auto pages = maker.make(kCalledPages);
    for (auto& page : pages) page.markdown += "\n## More\n\n" + maker.prose(60) + "\n";
    const Crawl crawl("calls");
    for (const auto& page : pages) {
      ASSERT_EQ(deliver(service.http(), crawl.page(page)).status, 202U);
    }
    ASSERT_EQ(deliver(service.http(), crawl.completed()).status, 200U);
    ASSERT_EQ(service.host().await_crawl("calls")["indexed"], kCalledPages);
  }
  static uint64_t counted(ServiceHost& service, const std::string& name) {
    return static_cast<uint64_t>(
        service.host().metrics().sum(name, {{"stage", "embed"}}).value_or(0));
  }
};

TEST_F(ServiceCalls, OfABatchAreAsFullAsTheServerAllows) {
  ServiceHost service({.mode = "batch"});
  service.host().start();
  crawl_of_long_pages(service);
  const uint64_t chunks = service.chunks("words");
  ASSERT_GT(chunks, 4 * kTeiLimit);
  // The crawl's pages reach the embedder in groups of what the chunker takes at a time; only the
  // last call of each may have room left.
  const uint64_t groups = kCalledPages / 80 + 1;
  EXPECT_LE(counted(service, "sluice_embed_calls_total"), rounded_up(chunks) + groups);
}

TEST_F(ServiceCalls, AreCountedWithTheirTextsAndTokens) {
  ServiceHost service;
  service.host().start();
  crawl_of_long_pages(service);
  const uint64_t chunks = service.chunks("words");
  EXPECT_EQ(counted(service, "sluice_embed_inputs_total"), chunks);
  EXPECT_EQ(service.chunks_embedded(), chunks);
  EXPECT_GT(counted(service, "sluice_embed_tokens_total"), chunks);
  EXPECT_GE(counted(service, "sluice_embed_calls_total"), rounded_up(chunks));
  // Handshakes and queries are not the pipeline's.
  EXPECT_LT(counted(service, "sluice_embed_calls_total"), service.tei.counters().calls);
  service.host().search({{"query", "river"}, {"mode", "semantic"}});
  EXPECT_EQ(counted(service, "sluice_embed_inputs_total"), chunks);
}

TEST(HashEmbedderCalls, AreCountedUnderTheSameNames) {
  TestHost host;
  host.start();
  const Crawl crawl("hashed");
  ASSERT_LT(deliver(host.http(), crawl.pages(PageMaker("hashed").make(5))).status, 300U);
  ASSERT_EQ(deliver(host.http(), crawl.completed()).status, 200U);
  host.await_crawl("hashed");
  host.search({{"query", "river"}, {"mode", "semantic"}});
  const auto metrics = host.metrics();
  const auto chunks = host.stats()["providers"]["words"]["chunks"].get<double>();
  EXPECT_EQ(metrics.sum("sluice_embed_inputs_total"), chunks);
  EXPECT_GT(metrics.sum("sluice_embed_tokens_total").value_or(0), chunks);
  EXPECT_GE(metrics.sum("sluice_embed_calls_total").value_or(0), 1);
}

}  // namespace
}  // namespace sluice::testing
