// A page whose bytes the disk does not give back: it has failed, its crawl ends, and it is new when
// it comes again.
#include "support/test_host.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

namespace sluice::testing {
namespace {

TEST(DiskDamaged, FailsThePageAndEndsItsCrawl) {
  TestHost host{PipelineFile{.top = "mode: batch\n"}};
  host.start();
  const Crawl crawl("scratched");
  PageMaker maker("scratched");
  const TestPage lost = maker.make();
  const TestPage whole = maker.make();
  ASSERT_EQ(deliver(host.http(), crawl.page(lost)).status, 202U);
  const std::filesystem::directory_iterator files(host.folder() / "data" / "payloads");
  std::fstream(files->path(), std::ios::in | std::ios::out).seekp(400).write("damaged", 7);
  ASSERT_EQ(deliver(host.http(), crawl.page(whole)).status, 202U);

  ASSERT_EQ(deliver(host.http(), crawl.completed()).status, 200U);
  auto ledger = host.await_crawl("scratched");
  EXPECT_EQ(ledger["indexed"], 1) << ledger;
  EXPECT_EQ(ledger["failed"], 1) << ledger;
  EXPECT_TRUE(adds_up(ledger)) << ledger;
  EXPECT_NE(ledger["warnings"].dump().find("are damaged"), std::string::npos) << ledger;
  EXPECT_TRUE(host.finds_one(whole.word));
  EXPECT_FALSE(host.finds_one(lost.word));

  ASSERT_EQ(deliver(host.http(), crawl.page(lost)).status, 202U);
  EXPECT_TRUE(eventually([&] { return host.finds_one(lost.word); }));
  ledger = host.crawl("scratched");
  EXPECT_EQ(ledger["failed"], 0) << ledger;
}

}  // namespace
}  // namespace sluice::testing
