// Writing JSON: what is escaped, what is repaired, and floats that come back as they were.
#include "common/json/json_writer.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <random>
#include <string>

namespace plugin_common {
namespace {

std::string text(std::string_view in) {
  std::string out;
  append_text(out, in);
  return out;
}

TEST(AppendText, KeepsWhatIsPlain) {
  EXPECT_EQ(text(""), R"("")");
  EXPECT_EQ(text("Caf\xC3\xA9 \xE6\x97\xA5 \xF0\x9F\x9A\x80"),
            "\"Caf\xC3\xA9 \xE6\x97\xA5 \xF0\x9F\x9A\x80\"");
}

TEST(AppendText, EscapesWhatJsonWants) {
  EXPECT_EQ(text("a\"b\\c\n\r\t"), R"("a\"b\\c\n\r\t")");
  EXPECT_EQ(text(std::string_view("\0\x1F", 2)), R"("\u0000\u001f")");
  EXPECT_EQ(text("\x7F"), "\"\x7F\"");
}

TEST(AppendText, ReplacesEachByteThatIsNoUtf8) {
  const std::string u = "\xEF\xBF\xBD";
  EXPECT_EQ(text("a\xFFz"), "\"a" + u + "z\"");
  EXPECT_EQ(text("\xC3"), "\"" + u + "\"");                          // cut off
  EXPECT_EQ(text("\xC0\x80"), "\"" + u + u + "\"");                  // overlong
  EXPECT_EQ(text("\xE0\x80\x80"), "\"" + u + u + u + "\"");          // overlong
  EXPECT_EQ(text("\xED\xA0\x80"), "\"" + u + u + u + "\"");          // a surrogate
  EXPECT_EQ(text("\xF4\x90\x80\x80"), "\"" + u + u + u + u + "\"");  // past the end
  EXPECT_EQ(text("\xF0\x9F\x9A"), "\"" + u + u + u + "\"");
  EXPECT_EQ(text("\xF4\x8F\xBF\xBF"), "\"\xF4\x8F\xBF\xBF\"");
}

TEST(AppendFloats, GivesBackEveryBit) {
  std::mt19937 random(1);
  for (int i = 0; i < 20'000; ++i) {
    const auto bits = static_cast<std::uint32_t>(random());
    float value = 0;
    std::memcpy(&value, &bits, sizeof value);
    if (value != value || value > std::numeric_limits<float>::max() ||
        value < std::numeric_limits<float>::lowest())
      continue;
    std::string out;
    append_floats(out, {&value, 1});
    ASSERT_EQ(std::strtof(out.c_str() + 1, nullptr), value) << out;
  }
}

TEST(AppendFloats, WritesAList) {
  const std::array<float, 4> values = {0.25F, -1, 0, 1e-10F};
  std::string out;
  append_floats(out, values);
  EXPECT_EQ(out, "[0.25,-1,0,1e-10]");
  out.clear();
  append_floats(out, {});
  EXPECT_EQ(out, "[]");
}

TEST(AppendNumber, HasNoFormForWhatIsNotFinite) {
  std::string out;
  append_number(out, std::numeric_limits<double>::infinity());
  append_number(out, 2.5);
  append_integer(out, std::numeric_limits<std::int64_t>::min());
  EXPECT_EQ(out, "null2.5-9223372036854775808");
}

}  // namespace
}  // namespace plugin_common
