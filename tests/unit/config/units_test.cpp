#include "config/units.hpp"

#include <gtest/gtest.h>

namespace sluice::config {
namespace {

using std::chrono::milliseconds;

TEST(Duration, IsReadInEveryUnit) {
  struct Case {
    const char* text;
    std::int64_t expected;
  };
  for (const Case& c :
       {Case{"150ms", 150}, Case{"2s", 2000}, Case{"10m", 600'000}, Case{"1h", 3'600'000},
        Case{"1d", 86'400'000}, Case{"30d", 2'592'000'000}, Case{"1.5s", 1500},
        Case{"0.25h", 900'000}, Case{"1h30m", 5'400'000}, Case{"1m0.5s", 60'500}, Case{"0", 0},
        Case{"0s", 0}, Case{"0.0", 0}, Case{"36500d", 3'153'600'000'000}}) {
    const auto duration = parse_duration(c.text);
    ASSERT_TRUE(duration) << c.text;
    EXPECT_EQ(duration->count(), c.expected) << c.text;
  }
}

TEST(Duration, TakesAPlainNumberOnlyOfANamedUnit) {
  EXPECT_EQ(parse_duration("5", "s"), milliseconds(5000));
  EXPECT_EQ(parse_duration("5", "ms"), milliseconds(5));
  EXPECT_EQ(parse_duration("1.5", "s"), milliseconds(1500));
  EXPECT_EQ(parse_duration("5"), std::nullopt);
}

TEST(Duration, RefusesWhatIsNone) {
  for (const char* text : {"",
                           "s",
                           "-1s",
                           "+1s",
                           "1 s",
                           "1S",
                           "1y",
                           "1.s",
                           ".5s",
                           "1e3s",
                           "0.5ms",
                           "1.0001s",
                           "1s1s",
                           "1m1h",
                           "5s3",
                           "36501d",
                           "99999999999999999999999h",
                           "18446744073709551615ms",
                           "1.99999999999999s",
                           "lots",
                           "0x10s"}) {
    EXPECT_EQ(parse_duration(text, "s"), std::nullopt) << text;
  }
}

TEST(Duration, FormatsExactlyAndIsReadBack) {
  EXPECT_EQ(format_duration(milliseconds(0)), "0s");
  EXPECT_EQ(format_duration(milliseconds(90'000)), "90s");
  EXPECT_EQ(format_duration(milliseconds(2'592'000'000)), "30d");
  for (std::int64_t ms : {1, 999, 1000, 1001, 59'999, 60'000, 3'600'000, 86'400'000, 86'400'001}) {
    EXPECT_EQ(parse_duration(format_duration(milliseconds(ms))), milliseconds(ms));
  }
}

TEST(Bytes, AreReadInBinaryAndDecimalUnits) {
  struct Case {
    const char* text;
    std::uint64_t expected;
  };
  for (const Case& c : {Case{"0", 0}, Case{"512", 512}, Case{"512B", 512}, Case{"64KiB", 65'536},
                        Case{"8MiB", 8'388'608}, Case{"1GiB", 1'073'741'824},
                        Case{"1TiB", 1'099'511'627'776}, Case{"10KB", 10'000}, Case{"10kB", 10'000},
                        Case{"5MB", 5'000'000}, Case{"1GB", 1'000'000'000}, Case{"1.5KiB", 1536},
                        Case{"0.5GiB", 536'870'912}, Case{"0.015625TiB", 17'179'869'184},
                        Case{"16 MiB", 16'777'216}, Case{"1048576TiB", std::uint64_t{1} << 60U}}) {
    EXPECT_EQ(parse_bytes(c.text), c.expected) << c.text;
  }
}

TEST(Bytes, RefuseWhatIsNone) {
  for (const char* text : {"", "KiB", "-1", "1.5", "1.5B", "1kib", "1 ", "1048577TiB", "1.0001KiB",
                           "99999999999999999999", "1e6", "1MiBs", "0.1KiB"}) {
    EXPECT_EQ(parse_bytes(text), std::nullopt) << text;
  }
}

TEST(Bytes, FormatExactlyAndAreReadBack) {
  EXPECT_EQ(format_bytes(268'435'456), "256MiB");
  EXPECT_EQ(format_bytes(1000), "1000B");
  EXPECT_EQ(format_bytes(0), "0B");
  for (std::uint64_t bytes : {1UL, 1023UL, 1024UL, 1025UL, 1UL << 30U, (1UL << 40U) + 1024}) {
    EXPECT_EQ(parse_bytes(format_bytes(bytes)), bytes);
  }
}

TEST(RateText, IsReadAndFormatted) {
  struct Case {
    const char* text;
    Rate expected;
    const char* formatted;
  };
  for (const Case& c :
       {Case{"0/s", {0, milliseconds(1000)}, "0/s"}, Case{"10/s", {10, milliseconds(1000)}, "10/s"},
        Case{"600/m", {600, milliseconds(60'000)}, "600/m"},
        Case{"5/h", {5, milliseconds(3'600'000)}, "5/h"},
        Case{"7", {7, milliseconds(1000)}, "7/s"}}) {
    ASSERT_EQ(parse_rate(c.text), c.expected) << c.text;
    EXPECT_EQ(format_rate(c.expected), c.formatted);
  }
}

TEST(RateText, RefusesWhatIsNone) {
  for (const char* text :
       {"", "/s", "1/", "1/x", "1/ms", "1.5/s", "-1/s", "1000000001/s", "1/s "}) {
    EXPECT_EQ(parse_rate(text), std::nullopt) << text;
  }
}

}  // namespace
}  // namespace sluice::config
