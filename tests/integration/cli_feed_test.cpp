// The verbs that talk to a running host: feed, search, status, crawls.
#include "support/test_host.hpp"

#include <gtest/gtest.h>

namespace sluice::testing {
namespace {

using nlohmann::json;

class CliFeed : public ::testing::Test {
 protected:
  void SetUp() override {
    host_.start();
    site_.write("docs/README.md", "# Start\n\nwelcomeword for readers.\n");
    site_.write("docs/guide/first.md", "# First\n\nfirstword of the guide.\n");
    site_.write("docs/guide/second.mdx", "# Second\n\nsecondword of the guide.\n");
    site_.write("docs/picture.png", "not Markdown");
  }
  const std::string& url() { return host_.http().base_url(); }
  std::string docs() const { return (site_.path() / "docs").string(); }
  Finished feed(const std::vector<std::string>& more) {
    std::vector<std::string> words = {"feed", url(), docs(), "--secret", kSecret};
    words.insert(words.end(), more.begin(), more.end());
    return run_sluice(words);
  }

  TestHost host_;
  TemporaryFolder site_;
};

TEST_F(CliFeed, FeedsAFolderAndWaitsForIt) {
  for (const char* generation : {"v0", "v1", "v2"}) {
    const std::string id = std::string("fed-") + generation;
    const auto done = feed({"--wait", "--crawl-id", id, "--generation", generation, "--site",
                            std::string("https://") + generation + ".example/"});
    ASSERT_EQ(done.exit_code, 0) << done.out << done.err;
    EXPECT_FALSE(done.out.empty());
    const auto ledger = host_.crawl(id);
    EXPECT_EQ(ledger["state"], "done") << ledger;
    EXPECT_EQ(ledger["indexed"], 3) << ledger;
  }
  EXPECT_EQ(host_.found("secondword"), 3U);
  EXPECT_EQ(
      urls_of(host_.search(
          {{"query", "firstword"}, {"filters", {{"domain", "v2.example"}}}, {"mode", "keyword"}})),
      std::vector<std::string>{"https://v2.example/guide/first"});
}

TEST_F(CliFeed, IndexesTheChangedPageAlone) {
  ASSERT_EQ(feed({"--wait", "--crawl-id", "one"}).exit_code, 0);
  site_.write("docs/guide/first.md", "# First\n\nrewrittenword of the guide.\n");

  const auto done = feed({"--wait", "--crawl-id", "two", "--output", "json"});

  EXPECT_EQ(done.exit_code, 0) << done.err;
  EXPECT_TRUE(json::parse(done.out, nullptr, false).is_object()) << done.out;
  EXPECT_EQ(host_.crawl("two")["indexed"], 1) << host_.crawl("two");
  EXPECT_EQ(host_.crawl("two")["unchanged"], 2) << host_.crawl("two");
  EXPECT_EQ(host_.found("firstword"), 0U);
  EXPECT_EQ(host_.found("rewrittenword"), 1U);
}

TEST_F(CliFeed, LeavesACrawlOpenWhenAskedTo) {
  EXPECT_EQ(feed({"--no-close", "--crawl-id", "open"}).exit_code, 0);
  EXPECT_EQ(host_.await_quiet("open")["state"], "open");
}

TEST_F(CliFeed, FailsWithAWrongSecret) {
  const auto done = run_sluice({"feed", url(), docs(), "--secret", "wrong"});
  EXPECT_EQ(done.exit_code, 1);
  EXPECT_NE(done.err.find("signature"), std::string::npos) << done.err;
}

TEST_F(CliFeed, SearchesAndWatches) {
  ASSERT_EQ(feed({"--wait", "--crawl-id", "watched"}).exit_code, 0);
  const auto search = run_sluice({"search", "welcomeword", "--url", url(), "--mode", "keyword"});
  EXPECT_EQ(search.exit_code, 0) << search.err;
  EXPECT_NE(search.out.find("Start"), std::string::npos) << search.out;
  EXPECT_NE(search.out.find("welcomeword"), std::string::npos) << search.out;
  const auto found = run_sluice(
      {"search", "welcomeword", "--url", url(), "--mode", "keyword", "--output", "json"});
  EXPECT_EQ(json::parse(found.out)["total"], 1) << found.out;

  const auto status = run_sluice({"status", "--url", url()});
  EXPECT_EQ(status.exit_code, 0) << status.err;
  for (const char* stage : {"chunk", "embed", "vectors", "words"}) {
    EXPECT_NE(status.out.find(stage), std::string::npos) << stage << status.out;
  }
  EXPECT_TRUE(json::parse(run_sluice({"status", "--url", url(), "--output", "json"}).out)
                  .contains("pipeline"));

  const auto crawls = run_sluice({"crawls", "--url", url()});
  EXPECT_EQ(crawls.exit_code, 0) << crawls.err;
  EXPECT_NE(crawls.out.find("watched"), std::string::npos) << crawls.out;
  const auto one = run_sluice({"crawls", "watched", "--url", url(), "--output", "json"});
  EXPECT_EQ(json::parse(one.out)["indexed"], 3) << one.out;
  EXPECT_EQ(run_sluice({"crawls", "nothing", "--url", url()}).exit_code, 1);
}

TEST(CliUnreachable, SaysThatNobodyAnswers) {
  const TemporaryFolder folder;
  folder.write("a.md", "# A\n");
  constexpr const char* kNobody = "http://127.0.0.1:1";
  for (const std::vector<std::string>& use :
       {std::vector<std::string>{"search", "a", "--url", kNobody},
        {"status", "--url", kNobody},
        {"crawls", "--url", kNobody},
        {"feed", kNobody, folder.path().string()}}) {
    const auto done = run_sluice(use);
    EXPECT_EQ(done.exit_code, 1) << use.front() << done.err;
    EXPECT_NE(done.err.find("127.0.0.1:1"), std::string::npos) << use.front() << done.err;
  }
}

}  // namespace
}  // namespace sluice::testing
