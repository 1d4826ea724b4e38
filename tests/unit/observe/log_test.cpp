// Log: the exact lines, and what hostile text looks like in them.
#include "observe/log.hpp"

#include <gtest/gtest.h>

#include <limits>
#include <string>
#include <thread>
#include <vector>

namespace sluice::observe {
namespace {

// 2026-01-02T03:04:05.678Z
class FixedClock final : public Clock {
 public:
  Steady::time_point now() const override { return {}; }
  Wall::time_point wall() const override {
    return Wall::time_point(std::chrono::milliseconds(1767323045678));
  }
};

struct Lines {
  FixedClock clock;
  std::vector<std::string> lines;

  Log log(Log::Format format, Level level = Level::kDebug) {
    return Log({level, format, [this](std::string_view l) { lines.emplace_back(l); }, &clock});
  }
};

TEST(Log, WritesALineForPeople) {
  Lines to;
  to.log(Log::Format::kText)
      .write(
          Level::kInfo, "embed", "connected",
          {{"url", "http://localhost:8081"}, {"dimension", 384}, {"ready", true}, {"load", 0.25}});
  EXPECT_EQ(to.lines,
            std::vector<std::string>{
                "2026-01-02T03:04:05.678Z INFO  [embed] connected url=http://localhost:8081"
                " dimension=384 ready=true load=0.25"});
}

TEST(Log, NamesEveryLevel) {
  Lines to;
  const Log log = to.log(Log::Format::kText);
  for (const Level level :
       {Level::kDebug, Level::kInfo, Level::kWarn, Level::kError, Level::kContract})
    log.write(level, "http", "x");
  const std::string at = "2026-01-02T03:04:05.678Z ";
  EXPECT_EQ(to.lines, (std::vector<std::string>{at + "DEBUG [http] x", at + "INFO  [http] x",
                                                at + "WARN  [http] x", at + "ERROR [http] x",
                                                at + "CONTRACT [http] x"}));
}

TEST(Log, WritesALineForMachines) {
  Lines to;
  const Log log = to.log(Log::Format::kJson);
  log.write(
      Level::kWarn, "embed", "slow \"far\" end",
      {{"took_ms", 1200U}, {"nan", std::numeric_limits<double>::quiet_NaN()}, {"url", "a\nb"}});
  log.write(Level::kInfo, "embed", "ready");
  const std::string at = R"({"time":"2026-01-02T03:04:05.678Z","level":)";
  EXPECT_EQ(to.lines, (std::vector<std::string>{
                          at + R"("warn","component":"embed","message":"slow \"far\" end",)" +
                              R"("fields":{"took_ms":1200,"nan":null,"url":"a\nb"}})",
                          at + R"("info","component":"embed","message":"ready"})"}));
}

TEST(Log, LeavesOutWhatIsBelowItsLevel) {
  Lines to;
  const Log log = to.log(Log::Format::kText, Level::kWarn);
  EXPECT_FALSE(log.enabled(Level::kInfo));
  EXPECT_TRUE(log.enabled(Level::kContract));
  log.write(Level::kInfo, "http", "x");
  EXPECT_TRUE(to.lines.empty());
}

TEST(Log, AHostileTitleCannotForgeALineOrSteerATerminal) {
  Lines to;
  to.log(Log::Format::kText)
      .write(Level::kInfo, "source", "page\n2026-01-02T03:04:05.678Z ERROR [disk] gone",
             {{"title", "\x1b[2Jx\r\"=\\"},
              {"rtl", "a\u202Eb"},
              {"bad", "\xC0\xAF\xFF"},
              {"none", ""}});
  EXPECT_EQ(
      to.lines,
      std::vector<std::string>{
          "2026-01-02T03:04:05.678Z INFO  [source] page\\n2026-01-02T03:04:05.678Z ERROR [disk]"
          " gone title=\"\\u001b[2Jx\\r\\\"=\\\\\" rtl=\"a\\u202eb\" bad=\"\\xc0\\xaf\\xff\""
          " none=\"\""});
}

TEST(Log, JsonStaysJsonWithBytesThatAreNotUtf8) {
  Lines to;
  to.log(Log::Format::kJson).write(Level::kInfo, "s", "\xED\xA0\x80 ok \u00FC");
  ASSERT_EQ(to.lines.size(), 1U);
  EXPECT_NE(to.lines[0].find("\"message\":\"\uFFFD\uFFFD\uFFFD ok \u00FC\""), std::string::npos)
      << to.lines[0];
}

TEST(Log, CutsLongTextBetweenCharacters) {
  Lines to;
  std::string title(8191, 'x');
  title += "\u00FC and more";  // its second byte would be number 8193
  to.log(Log::Format::kText).write(Level::kInfo, "s", title);
  ASSERT_EQ(to.lines.size(), 1U);
  EXPECT_TRUE(to.lines[0].ends_with("x…")) << to.lines[0].substr(8190);
  EXPECT_LT(to.lines[0].size(), 8300U);
}

TEST(Log, LinesOfManyThreadsStayWhole) {
  Lines to;
  const Log log = to.log(Log::Format::kText);
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([&] {
      for (int i = 0; i < 200; ++i) log.write(Level::kInfo, "t", "message", {{"i", i}});
    });
  for (auto& thread : threads) thread.join();
  ASSERT_EQ(to.lines.size(), 800U);
  for (const auto& line : to.lines)
    EXPECT_EQ(line.rfind("2026-01-02T03:04:05.678Z INFO  [t] message i=", 0), 0U) << line;
}

TEST(Log, GoesToStderrWithoutColoursWhenThatIsNoTerminal) {
  FixedClock clock;
  testing::internal::CaptureStderr();
  Log({Level::kInfo, Log::Format::kText, nullptr, &clock}).write(Level::kError, "disk", "full");
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "2026-01-02T03:04:05.678Z ERROR [disk] full\n");
}

TEST(Log, LevelsHaveWords) {
  EXPECT_EQ(level_from("debug"), Level::kDebug);
  EXPECT_EQ(level_from("error"), Level::kError);
  EXPECT_EQ(level_from("contract"), std::nullopt);
  EXPECT_EQ(level_from("INFO"), std::nullopt);
}

}  // namespace
}  // namespace sluice::observe
