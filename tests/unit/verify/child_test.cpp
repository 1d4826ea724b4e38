// A crash, a hang and an early end in the child are answers, and what was said before is there.
#include "verify/child.hpp"

#include <gtest/gtest.h>

#include <unistd.h>

#include <csignal>
#include <stdexcept>

namespace sluice::verify {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr seconds kPatience{30};

TEST(Child, SaysWhatItFound) {
  const Ending ending = run_in_child(
      [](const Line& line) {
        line.watch("submit");
        line.write("Fone");
        line.write("Ftwo");
      },
      kPatience);
  EXPECT_EQ(ending.kind, Ending::Kind::kReturned);
  EXPECT_EQ(ending.written, std::vector<std::string>({"Fone", "Ftwo"}));
  EXPECT_EQ(ending.last_call, "submit");
}

TEST(Child, CrashesAlone) {
  const Ending ending = run_in_child(
      [](const Line& line) {
        line.write("Fbefore");
        line.watch("start");
        raise(SIGKILL);
      },
      kPatience);
  EXPECT_EQ(ending.kind, Ending::Kind::kCrashed);
  EXPECT_EQ(ending.how, "was ended by signal 9 (Killed)");
  EXPECT_EQ(ending.written, std::vector<std::string>({"Fbefore"}));
  EXPECT_EQ(ending.last_call, "start");
}

TEST(Child, IsEndedWhenItDoesNotComeBack) {
  const Ending ending = run_in_child(
      [](const Line& line) {
        line.watch("stop");
        for (;;) pause();
      },
      milliseconds(1000));
  EXPECT_EQ(ending.kind, Ending::Kind::kHung);
  EXPECT_EQ(ending.how, "did not come back within 1 s");
  EXPECT_EQ(ending.last_call, "stop");
}

TEST(Child, MayEndTheProcess) {
  const Ending ending = run_in_child([](const Line&) { _exit(3); }, kPatience);
  EXPECT_EQ(ending.kind, Ending::Kind::kCrashed);
  EXPECT_EQ(ending.how, "ended the process with code 3");
}

TEST(Child, ReportsWhatTheCheckThrows) {
  const Ending ending =
      run_in_child([](const Line&) { throw std::runtime_error("no file"); }, kPatience);
  EXPECT_EQ(ending.written, std::vector<std::string>({"Fthe check itself failed: no file"}));
}

TEST(Child, KeepsFindingsWithinBounds) {
  const Ending ending = run_in_child(
      [](const Line& line) {
        for (int i = 0; i < 1000; ++i) line.write("F" + std::string(1000, 'x'));
      },
      kPatience);
  EXPECT_EQ(ending.kind, Ending::Kind::kReturned);
  EXPECT_GT(ending.written.size(), 10U);
  EXPECT_LT(ending.written.size(), 100U);
}

}  // namespace
}  // namespace sluice::verify
