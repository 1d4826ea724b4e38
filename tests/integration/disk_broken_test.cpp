// A disk that takes writes and cannot sync them: nothing is acknowledged any more, and the host
// ends for its supervisor to start it again.
#include "support/test_host.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>

namespace sluice::testing {
namespace {

constexpr int kTryAgainExit = 75;

class DiskBroken : public ::testing::Test {
 protected:
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

  TestHost host_{PipelineFile{.top = "timeouts: {drain: 1s}\n"}};
  const std::string sign_ = (host_.folder() / "broken").string();
};

TEST_F(DiskBroken, AcknowledgesNothingAndEndsWithWhatItHasPromised) {
  PageMaker maker("broken");
  const TestPage before = maker.make();
  ASSERT_EQ(deliver(host_.http(), Crawl("c").page(before)).status, 202U);
  std::ofstream(sign_) << "now";
  const TestPage after = maker.make();
  try {
    EXPECT_NE(deliver(host_.http(), Crawl("c").page(after)).status, 202U);
  } catch (const std::exception&) {
    // It may end before its answer is out.
  }
  EXPECT_EQ(host_.process().wait(patient(seconds(30))), kTryAgainExit) << host_.process().err();
  EXPECT_NE(host_.process().err().find("did not take what was written"), std::string::npos)
      << host_.process().err();

  std::filesystem::remove(sign_);
  host_.start();
  // Its sender comes again; here the kernel still had what the disk did not take.
  ASSERT_LE(deliver(host_.http(), Crawl("c").page(after)).status, 202U);
  for (const auto& page : {before, after}) {
    EXPECT_TRUE(eventually([&] { return host_.finds_one(page.word); })) << page.word;
  }
  EXPECT_EQ(host_.documents(), 2U);
}

}  // namespace
}  // namespace sluice::testing
