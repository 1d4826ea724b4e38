// The crash line, in a child process that really crashes.
#include "observe/crash.hpp"

#include <gtest/gtest.h>

#include <signal.h>
#include <sys/mman.h>

#include <cstdlib>
#include <limits>
#include <string>
#include <thread>

namespace sluice::observe {
namespace {

const Origin& embed() {
  static const Origin origin("tei-embedder", "1.2.0", "embed");
  return origin;
}

class Crash : public testing::Test {
 protected:
  // The child starts anew, rather than from a copy of a process with threads.
  void SetUp() override { GTEST_FLAG_SET(death_test_style, "threadsafe"); }
};

// Reads from a page that nobody may read.
void read_nowhere() {
  void* page = mmap(nullptr, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  ASSERT_NE(page, MAP_FAILED);
  [[maybe_unused]] const int value = *static_cast<volatile int*>(page);
}

TEST_F(Crash, NamesThePluginAndItsFunction) {
  EXPECT_DEATH(
      {
        install_crash_handler();
        const Breadcrumb crumb(embed(), "submit");
        read_nowhere();
      },
      "sluice: SIGSEGV in plugin tei-embedder 1.2.0 \\(embed\\), submit\n");
}

TEST_F(Crash, NamesThePluginOnAThreadOfItsOwn) {
  EXPECT_DEATH(
      {
        install_crash_handler();
        std::thread([] {
          const Breadcrumb crumb(embed(), "flush");
          std::abort();
        }).join();
      },
      "sluice: SIGABRT in plugin tei-embedder 1.2.0 \\(embed\\), flush\n");
}

TEST_F(Crash, SaysSoWhenNoPluginIsRunning) {
  EXPECT_DEATH(
      {
        install_crash_handler();
        raise(SIGILL);
      },
      "sluice: SIGILL outside any plugin\n");
}

TEST_F(Crash, GivesABacktrace) {
  EXPECT_DEATH(
      {
        install_crash_handler();
        std::abort();
      },
      "outside any plugin\n.*libc");
}

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
TEST_F(Crash, DiesOfTheSameSignal) {
  EXPECT_EXIT(
      {
        install_crash_handler();
        read_nowhere();
      },
      testing::KilledBySignal(SIGSEGV), "sluice: SIGSEGV outside any plugin\n");
}

// Uses up the stack. The volatile byte keeps the calls from becoming a loop.
int dig(int depth) {
  volatile char ballast[4096];
  ballast[0] = static_cast<char>(depth);
  if (depth == std::numeric_limits<int>::max()) return 0;
  return dig(depth + 1) + ballast[0];
}

TEST_F(Crash, NamesThePluginThatOverflowsItsStack) {
  EXPECT_EXIT(
      {
        install_crash_handler();
        std::thread([] {
          const Breadcrumb crumb(embed(), "search");
          dig(0);
        }).join();
      },
      testing::KilledBySignal(SIGSEGV),
      "sluice: SIGSEGV in plugin tei-embedder 1.2.0 \\(embed\\), search\n");
}
#endif

TEST(Breadcrumb, NestsAndRestores) {
  const Origin inner("chunker", "0.1.0", "chunk");
  EXPECT_EQ(Breadcrumb::current().origin, nullptr);
  {
    const Breadcrumb outside(embed(), "submit");
    {
      const Breadcrumb within(inner, "embed");
      EXPECT_EQ(Breadcrumb::current().origin, &inner);
    }
    EXPECT_EQ(Breadcrumb::current().origin, &embed());
    EXPECT_STREQ(Breadcrumb::current().function, "submit");
  }
  EXPECT_EQ(Breadcrumb::current().origin, nullptr);
}

TEST(Breadcrumb, CutsLongNames) {
  const Origin origin(std::string(200, 'p'), std::string(200, '1'), "");
  EXPECT_EQ(std::string(origin.plugin), std::string(63, 'p'));
  EXPECT_EQ(std::string(origin.version), std::string(31, '1'));
  EXPECT_STREQ(origin.instance, "");
}

}  // namespace
}  // namespace sluice::observe
