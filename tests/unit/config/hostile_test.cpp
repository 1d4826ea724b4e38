// Files made to crash, hang or fill the memory of whoever reads them.
#include "config/pipeline.hpp"

#include "config_testing.hpp"

#include <gtest/gtest.h>

#include <chrono>

namespace sluice::config {
namespace {

std::string repeated(std::string_view part, std::size_t times) {
  std::string out;
  out.reserve(part.size() * times);
  for (std::size_t i = 0; i < times; ++i) out += part;
  return out;
}

std::string first_message(const std::string& text) {
  const Loaded loaded = load_text(text);
  return loaded.findings.empty() ? "" : loaded.findings.items().front().message;
}

TEST(HostileYaml, NestsAtMost64Deep) {
  const std::string deep = repeated("[", 64) + repeated("]", 64);
  const std::string deeper = repeated("[", 65) + repeated("]", 65);
  EXPECT_EQ(first_message(deep), "expected a mapping, got a list");
  EXPECT_EQ(first_message(deeper), "lists and mappings are nested deeper than 64 levels");
  for (const char* part : {"[", "{a: ", "- ", "[{a: "}) {
    EXPECT_EQ(first_message(repeated(part, 100'000)),
              "lists and mappings are nested deeper than 64 levels")
        << part;
  }
}

TEST(HostileYaml, CannotNestThroughAliases) {
  const std::string half = repeated("[", 40) + repeated("]", 40);
  EXPECT_EQ(first_message("a: &a " + half + "\nb: " + repeated("[", 30) + "*a" + repeated("]", 30)),
            "the alias *a grows the file beyond 100000 values, 16 MiB of text or 64 levels");
}

TEST(HostileYaml, StopsABillionLaughs) {
  std::string text = "a0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol, lol]\n";
  for (int i = 1; i < 10; ++i) {
    const std::string last = "*a" + std::to_string(i - 1);
    text += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [" + repeated(last + ", ", 9) +
            last + "]\n";
  }
  EXPECT_EQ(first_message(text),
            "the alias *a3 grows the file beyond 100000 values, 16 MiB of text or 64 levels");
}

TEST(HostileYaml, StopsMergesThatGrow) {
  std::string text = "m0: &m0 {k: [" + repeated("x, ", 9999) + "x]}\n";
  for (int i = 1; i < 12; ++i) text += "m" + std::to_string(i) + ": {<<: *m0}\n";
  EXPECT_TRUE(first_message(text).ends_with(
      "grows the file beyond 100000 values, 16 MiB of text or 64 levels"));
}

TEST(HostileYaml, StopsRepeatedHugeText) {
  EXPECT_EQ(first_message("a: &a " + std::string(3'000'000, 'x') + "\nb: [" + repeated("*a, ", 9) +
                          "*a]\n"),
            "the alias *a grows the file beyond 100000 values, 16 MiB of text or 64 levels");
}

TEST(HostileYaml, HasBoundedSizeAndKeys) {
  EXPECT_EQ(first_message(std::string(kMostFileBytes + 1, '#')),
            "the file is larger than 4 MiB; a pipeline file is never that long");
  EXPECT_EQ(first_message("[" + repeated("1,", 100'001) + "]"),
            "the file has more than 100000 values, aliases written out; it is not read");
  EXPECT_EQ(first_message(std::string(300, 'k') + ": 1\n"),
            "a key has at most 256 bytes, this one has 300");
  EXPECT_EQ(first_message(std::string(256, 'k') + ": 1\n").substr(0, 13), "unknown key \"");
}

TEST(HostileYaml, TakesHugeScalars) {
  const Loaded loaded = load_text("version: 1\nname: " + std::string(3'000'000, 'x') + "\n");
  ASSERT_EQ(loaded.findings.errors(), 3U);
  EXPECT_EQ(loaded.findings.items().back().message,
            "must have at most 128 characters, has 3000000");
}

TEST(HostileYaml, KeepsFewOfManyFindings) {
  std::string text;
  for (int i = 0; i < 50'000; ++i) text += "unknown" + std::to_string(i) + ": 1\n";
  const Loaded loaded = load_text(text);
  EXPECT_EQ(loaded.findings.items().size(), Findings::kMostKept);
  EXPECT_EQ(loaded.findings.errors(), 50'003U);
}

TEST(HostileYaml, RefusesNulBytesAndOtherEncodings) {
  EXPECT_EQ(first_message(std::string("a: x\0y", 6)),
            "the control character \"\\x00\" is not allowed");
  EXPECT_EQ(first_message(std::string("\xFF\xFE"
                                      "a\0:\0",
                                      6)),
            "the text is not valid UTF-8 here; save the file as UTF-8");
}

TEST(HostileYaml, IsReadInLinearTime) {
  const auto start = std::chrono::steady_clock::now();
  for (const char* part :
       {"# c\n", "a: ", "\"", "'", "&a ", "!a ", "*a ", "%T x\n", "- |\n", "\n\n", "{a", ",",
        "---\n", "\t", "\r", "- ''\n", "[]: ", "- \"\\n\"\n"}) {
    load_text(repeated(part, 300'000));
  }
  // Well below a second each, even under a sanitizer on a busy machine; quadratic would be minutes.
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(60));
}

}  // namespace
}  // namespace sluice::config
