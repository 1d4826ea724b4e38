// PluginCall: nothing gets across but a status, and every breach is counted and said once.
#include "plugin/call.hpp"

#include "watched.hpp"

#include <gtest/gtest.h>

#include <stdexcept>
#include <thread>

namespace sluice::plugin {
namespace {

struct CallTest : testing::Test {
  Watched watched;
  Callee callee{"sluice.chunker", "1.2.0", "chunk", "chunker"};
};
using Call = CallTest;

TEST_F(Call, HandsTheStatusThrough) {
  EXPECT_EQ(call(callee, "submit", watched.faults, [] { return sluice_status{SLUICE_E_AGAIN}; }),
            SLUICE_E_AGAIN);
  EXPECT_EQ(call(callee, "stop", watched.faults, [] {}), SLUICE_OK);
  EXPECT_TRUE(watched.lines.empty());
}

TEST_F(Call, AnExceptionIsAFaultAndReadsAsInternal) {
  const auto fail = [&] {
    return call(callee, "submit", watched.faults,
                []() -> sluice_status { throw std::runtime_error("boom"); });
  };
  EXPECT_EQ(fail(), SLUICE_E_INTERNAL);
  EXPECT_EQ(fail(), SLUICE_E_INTERNAL);
  EXPECT_EQ(watched.count("chunker", "throw"), 2);
  EXPECT_EQ(watched.lines,
            std::vector<std::string>{
                "CONTRACT [chunk] submit threw an exception across the plugin boundary: boom"
                " plugin=sluice.chunker version=1.2.0 kind=throw"});
}

TEST_F(Call, StopsWhatIsNoStdException) {
  EXPECT_EQ(call(callee, "submit", watched.faults, []() -> sluice_status { throw 42; }),
            SLUICE_E_INTERNAL);
  ASSERT_EQ(watched.lines.size(), 1U);
  EXPECT_NE(watched.lines[0].find(": something that is not a std::exception plugin="),
            std::string::npos);
}

TEST_F(Call, SaysEachKindOncePerInstance) {
  const Callee other{"sluice.chunker", "1.2.0", "chunk2", "chunker"};
  watched.faults.report(callee, "slow", "start took longer than its timeout");
  watched.faults.report(callee, "slow", "start took longer than its timeout");
  watched.faults.report(callee, "nonsense", "a verdict that does not exist");
  watched.faults.report(other, "slow", "start took longer than its timeout");
  EXPECT_EQ(watched.lines.size(), 3U);
  EXPECT_EQ(watched.count("chunker", "slow"), 3);
}

TEST_F(Call, LeavesABreadcrumbWhileItRuns) {
  call(callee, "flush", watched.faults, [&] {
    EXPECT_EQ(observe::Breadcrumb::current().origin, &callee.origin);
    EXPECT_STREQ(observe::Breadcrumb::current().function, "flush");
  });
  EXPECT_EQ(observe::Breadcrumb::current().origin, nullptr);
}

TEST(ThreadScope, NestsAndIsOfOneThread) {
  EXPECT_EQ(current_thread_tag(), ThreadTag::kForeign);
  const ThreadScope worker(ThreadTag::kWorker);
  {
    const ThreadScope control(ThreadTag::kControl);
    EXPECT_EQ(current_thread_tag(), ThreadTag::kControl);
  }
  EXPECT_EQ(current_thread_tag(), ThreadTag::kWorker);
  std::thread([] { EXPECT_EQ(current_thread_tag(), ThreadTag::kForeign); }).join();
}

}  // namespace
}  // namespace sluice::plugin
