// A disk that takes writes and cannot sync them: nothing is acknowledged any more, and the host
// ends for its supervisor to start it again.
#include "support/test_host.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>

namespace sluice::testing {
namespace {

constexpr int kTryAgainExit = 75;

class DiskBrokenWith : public ::testing::Test {
 protected:
  explicit DiskBrokenWith(const std::string& sync)
      : host_(PipelineFile{.top = "timeouts: {drain: 1s}\njournal: {sync: " + sync + "}\n"}) {}
  void SetUp() override {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    // It replaces the calls that are to fail. unit_journal has the same disk in one process.
    GTEST_SKIP() << "the sanitizer has to be the first of the preloaded libraries";
#endif
    ::setenv("LD_PRELOAD", SLUICE_FAILING_SYNC, 1);
    ::setenv("SLUICE_DISK_BROKEN", sign_.c_str(), 1);
    host_.start();
    ::unsetenv("LD_PRELOAD");
  }
  void TearDown() override { ::unsetenv("SLUICE_DISK_BROKEN"); }

  // Whether it was acknowledged; the host may end before its answer is out.
  bool accepts(const nlohmann::json& event) {
    try {
      return deliver(host_.http(), event).status <= 202;
    } catch (const std::exception&) {
      return false;
    }
  }
  void ends() {
    EXPECT_EQ(host_.process().wait(patient(seconds(30))), kTryAgainExit) << host_.process().err();
    EXPECT_NE(host_.process().err().find("did not take what was written"), std::string::npos)
        << host_.process().err();
    std::filesystem::remove(sign_);
    host_.start();
  }

  TestHost host_;
  const std::string sign_ = (host_.folder() / "broken").string();
  const Crawl crawl_{"c"};
  PageMaker maker_{"broken"};
};

struct DiskBroken : DiskBrokenWith {
  DiskBroken() : DiskBrokenWith("always") {}
};
struct DiskBrokenWithInterval : DiskBrokenWith {
  DiskBrokenWithInterval() : DiskBrokenWith("interval") {}
};

TEST_F(DiskBroken, AcknowledgesNothingAndEndsWithWhatItHasPromised) {
  const TestPage before = maker_.make();
  ASSERT_TRUE(accepts(crawl_.page(before)));
  std::ofstream(sign_) << "now";
  const TestPage after = maker_.make();
  EXPECT_FALSE(accepts(crawl_.page(after)));
  EXPECT_FALSE(accepts(crawl_.completed()));
  ends();
  // Its sender comes again.
  ASSERT_TRUE(accepts(crawl_.page(after)));
  for (const auto& page : {before, after}) {
    EXPECT_TRUE(eventually([&] { return host_.finds_one(page.word); })) << page.url;
  }
  EXPECT_EQ(host_.documents(), 2U);
}

// Here a page may be lost with the power, but not because nobody looked.
TEST_F(DiskBrokenWithInterval, AcknowledgesNothingMoreAndEndsWithWhatItHasPromised) {
  const TestPage before = maker_.make();
  ASSERT_TRUE(accepts(crawl_.page(before)));
  std::ofstream(sign_) << "now";
  EXPECT_TRUE(eventually([&] { return !accepts(crawl_.page(maker_.make())); }));
  ends();
  EXPECT_TRUE(eventually([&] { return host_.finds_one(before.word); }));
}

}  // namespace
}  // namespace sluice::testing
