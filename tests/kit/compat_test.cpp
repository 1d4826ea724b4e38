// Plugins of every compiler and SDK version in one pipeline of today's host: each writes its name
// on the page, and the page arrives with all of them.
#include "support/test_host.hpp"

#include <gtest/gtest.h>

#include <sstream>

namespace sluice::testing {
namespace {

std::vector<std::string> cells() {
  std::istringstream list(SLUICE_COMPAT_CELLS);
  std::vector<std::string> out;
  for (std::string cell; list >> cell;) out.push_back(cell);
  return out;
}

TEST(Compatibility, PluginsOfEveryToolchainAndSdkVersionRunSideBySide) {
  if (cells().empty()) GTEST_SKIP() << "a sanitized build has no plugins of other toolchains";
  std::string stages;
  std::string flow;
  for (const std::string& cell : cells()) {
    stages += "  s-" + cell + ": {plugin: " + cell + "}\n";
    flow += "s-" + cell + ", ";
  }
  const TemporaryFolder folder;
  TestHost host(
      folder.write("p.yaml", std::string("version: 1\nname: matrix\ndata: ./data\nhttp: {listen: "
                                         "\"127.0.0.1:0\"}\nplugins: {path: [") +
                                 SLUICE_COMPAT_PLUGIN_FOLDER + ", " + SLUICE_PLUGIN_FOLDER +
                                 "]}\nstages:\n  crawl: {plugin: firecrawl-source, config: "
                                 "{webhook_secret: " +
                                 kSecret + "}}\n  words: {plugin: bm25-sink}\n" + stages +
                                 "flow: [crawl, " + flow + "words]\n"),
      {});
  host.start();
  PageMaker maker("matrix");
  const TestPage page = maker.make();
  const Crawl crawl("c");
  ASSERT_EQ(deliver(host.http(), crawl.page(page)).status, 202);
  ASSERT_EQ(deliver(host.http(), crawl.completed()).status, 200);
  EXPECT_EQ(host.await_quiet(crawl.id())["indexed"], 1);
  const auto found = host.search({{"query", page.word}, {"mode", "keyword"}}).json();
  ASSERT_EQ(found["results"].size(), 1U) << found.dump();
  for (const std::string& cell : cells())
    EXPECT_TRUE(found["results"][0]["metadata"].contains(cell)) << cell;
  EXPECT_EQ(host.stop(), 0);
}

}  // namespace
}  // namespace sluice::testing
