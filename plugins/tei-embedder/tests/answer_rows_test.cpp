// Vectors out of every form of answer, and what is wrong with those that cannot be trusted.
#include "core/answer_rows.hpp"
#include "core/base64.hpp"

#include <gtest/gtest.h>

#include <array>
#include <charconv>
#include <cstdint>
#include <cstring>
#include <limits>
#include <random>

namespace tei {
namespace {

struct Rows {
  AnswerRows answer;
  std::vector<std::vector<float>> vectors;
};

Rows read(std::string body, std::size_t rows, std::size_t dimension) {
  Rows out;
  out.vectors.assign(rows, std::vector<float>(dimension, -99));
  out.answer = read_rows(body, {.rows = rows, .dimension = dimension},
                         [&](std::size_t row) { return std::span(out.vectors.at(row)); });
  return out;
}

std::string base64(const std::vector<float>& vector) {
  constexpr std::string_view kLetters =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string bytes(vector.size() * sizeof(float), '\0');
  std::memcpy(bytes.data(), vector.data(), bytes.size());
  std::string out;
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    std::uint32_t group = 0;
    for (std::size_t k = 0; k < 3; ++k) {
      const auto byte = i + k < bytes.size() ? static_cast<unsigned char>(bytes[i + k]) : 0U;
      group = group << 8 | byte;
    }
    for (std::size_t k = 0; k < 4; ++k) {
      out += i + k > bytes.size() ? '=' : kLetters[group >> (18 - 6 * k) & 63U];
    }
  }
  return out;
}

std::string open_ai(const std::vector<std::string>& embeddings) {
  std::string out = R"({"object":"list","data":[)";
  for (std::size_t i = 0; i < embeddings.size(); ++i) {
    out += (i == 0 ? "" : ",") + std::string(R"({"object":"embedding","embedding":)") +
           embeddings[i] + R"(,"index":)" + std::to_string(i) + "}";
  }
  return out + R"(],"model":"m","usage":{"prompt_tokens":1,"total_tokens":1}})";
}

std::string quoted(const std::string& text) { return '"' + text + '"'; }

TEST(AnswerRows, ReadsTheNativeForm) {
  const Rows rows = read("[[0.5,-1e-3,2],[3,4,5]]", 2, 3);
  EXPECT_EQ(rows.answer.distrust, "");
  EXPECT_TRUE(rows.answer.flawed.empty());
  EXPECT_EQ(rows.vectors[0], (std::vector<float>{0.5F, -1e-3F, 2}));
  EXPECT_EQ(rows.vectors[1], (std::vector<float>{3, 4, 5}));
}

TEST(AnswerRows, ReadsTheOpenAiFormInNumbersAndInBase64) {
  EXPECT_EQ(read(open_ai({"[1,2]", "[3,4]"}), 2, 2).vectors[1], (std::vector<float>{3, 4}));
  const Rows rows = read(open_ai({quoted(base64({1, 2})), quoted(base64({-3, 4}))}), 2, 2);
  EXPECT_EQ(rows.answer.distrust, "");
  EXPECT_EQ(rows.vectors[1], (std::vector<float>{-3, 4}));
}

TEST(AnswerRows, FollowsTheIndexNotTheOrder) {
  const Rows rows =
      read(R"({"data":[{"index":1,"embedding":[1]},{"embedding":[2],"index":0}]})", 2, 1);
  EXPECT_EQ(rows.vectors[0][0], 2);
  EXPECT_EQ(rows.vectors[1][0], 1);
}

TEST(AnswerRows, EveryFloatComesBackToTheBit) {
  std::mt19937 random(7);
  std::vector<float> vector;
  while (vector.size() < 4096) {
    const auto bits = static_cast<std::uint32_t>(random());
    float number = 0;
    std::memcpy(&number, &bits, sizeof number);
    if (std::isfinite(number)) vector.push_back(number);
  }
  std::string numbers;
  for (const float number : vector) {
    std::array<char, 32> digits{};
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
    numbers += (numbers.empty() ? "" : ",") + std::string(digits.data(), end);
  }
  EXPECT_EQ(read("[[" + numbers + "]]", 1, vector.size()).vectors[0], vector);
  EXPECT_EQ(read(open_ai({quoted(base64(vector))}), 1, vector.size()).vectors[0], vector);
}

TEST(AnswerRows, ANumberThatIsNotFiniteCostsItsRowOnly) {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const float infinity = std::numeric_limits<float>::infinity();
  const std::vector<std::string> answers = {
      "[[1,2],[null,1],[3,4]]", "[[1,2],[1,1e39],[3,4]]",
      open_ai({quoted(base64({1, 2})), quoted(base64({nan, 1})), quoted(base64({3, 4}))}),
      open_ai({quoted(base64({1, 2})), quoted(base64({1, -infinity})), quoted(base64({3, 4}))})};
  for (const std::string& body : answers) {
    const Rows rows = read(body, 3, 2);
    EXPECT_EQ(rows.answer.distrust, "") << body;
    ASSERT_EQ(rows.answer.flawed.size(), 1U) << body;
    EXPECT_EQ(rows.answer.flawed[0].row, 1U);
    EXPECT_EQ(rows.answer.flawed[0].flaw, Flaw::kNotFinite);
    EXPECT_EQ(rows.vectors[2], (std::vector<float>{3, 4})) << body;
  }
}

TEST(AnswerRows, AnotherLengthCostsItsRowOnly) {
  for (const std::string& body :
       {std::string("[[1],[1,2]]"), std::string("[[1,2,3],[1,2]]"), std::string("[[],[1,2]]"),
        open_ai({quoted(base64({1})), "[1,2]"}), open_ai({quoted(""), "[1,2]"})}) {
    const Rows rows = read(body, 2, 2);
    EXPECT_EQ(rows.answer.distrust, "") << body;
    ASSERT_EQ(rows.answer.flawed.size(), 1U) << body;
    EXPECT_EQ(rows.answer.flawed[0].flaw, Flaw::kDimension);
    EXPECT_EQ(rows.vectors[1], (std::vector<float>{1, 2}));
  }
}

TEST(AnswerRows, AnotherCountMakesAllOfItUseless) {
  EXPECT_EQ(read("[[1],[2]]", 3, 1).answer.distrust, "The answer has 2 vectors for 3 texts.");
  EXPECT_EQ(read("[[1],[2],[3],[4]]", 3, 1).answer.distrust,
            "The answer has 4 vectors for 3 texts.");
  EXPECT_EQ(read(open_ai({}), 1, 1).answer.distrust, "The answer has 0 vectors for 1 texts.");
}

TEST(AnswerRows, GarbageMakesAllOfItUseless) {
  for (const char* body :
       {"", "garbage", "<html></html>", "{}", "7", "null", "[7]", "[null]", "[[1,2", "[[1,\"a\"]]",
        "[[1,[2]]]", R"([[1,2],])", R"({"data":7})", R"({"data":[7]})", R"({"data":[{"index":0}]})",
        R"({"data":[{"index":0,"embedding":"!!!!!!!!!!!!"}]})",
        R"({"data":[{"index":1,"embedding":[1,2]}]})",
        R"({"data":[{"index":0,"embedding":{"a":1}}]})"}) {
    const Rows rows = read(body, 1, 2);
    EXPECT_TRUE(!rows.answer.distrust.empty() || !rows.answer.flawed.empty()) << body;
  }
  EXPECT_NE(read(R"({"data":[{"index":0,"embedding":[1]},{"index":0,"embedding":[2]}]})", 2, 1)
                .answer.distrust,
            "");
}

TEST(AnswerRows, NestingIsNoTrap) {
  EXPECT_NE(read(std::string(100'000, '['), 1, 1).answer.distrust, "");
}

TEST(Sample, TellsLengthAndForm) {
  const auto sample = [](std::string body) { return read_sample(body); };
  EXPECT_EQ(sample("[[1,2,3]]")->dimension, 3U);
  EXPECT_FALSE(sample("[[1,2,3]]")->is_base64);
  EXPECT_EQ(sample(open_ai({quoted(base64({1, 2}))}))->dimension, 2U);
  EXPECT_TRUE(sample(open_ai({quoted(base64({1, 2}))}))->is_base64);
  for (const char* body : {"", "[]", "[[]]", "{}", "[7]", R"({"data":[{"embedding":"AAA"}]})"}) {
    EXPECT_FALSE(sample(body)) << body;
  }
}

TEST(Base64, TakesPaddedAndUnpaddedTextsOfWholeFloatsOnly) {
  EXPECT_EQ(base64_floats("AACAPw=="), 1U);
  EXPECT_EQ(base64_floats("AACAPw"), 1U);
  EXPECT_EQ(base64_floats(""), 0U);
  EXPECT_EQ(base64_floats("AACA"), SIZE_MAX);
  EXPECT_EQ(base64_floats("AACAP"), SIZE_MAX);
  std::array<float, 1> out{};
  EXPECT_TRUE(decode_base64("AACAPw", out));
  EXPECT_EQ(out[0], 1.0F);
  EXPECT_FALSE(decode_base64("AA*APw", out));
  EXPECT_FALSE(decode_base64("AACAP*", out));
}

}  // namespace
}  // namespace tei
