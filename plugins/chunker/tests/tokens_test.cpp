// The two counters.
#include "tokens/approximate.hpp"
#include "tokens/wordpiece.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>

namespace chunker {
namespace {

Vocabulary vocabulary(std::string_view pieces) {
  return std::get<Vocabulary>(Vocabulary::parse("[PAD]\n[UNK]\n" + std::string(pieces)));
}

TEST(Wordpiece, LongestPieceFirst) {
  const Vocabulary pieces = vocabulary("un\n##aff\n##able\n##affable\nhello\n##lo\nhel\n");
  WordpieceCounter counter(pieces);
  EXPECT_EQ(counter.count("unaffable"), 2U);
  EXPECT_EQ(counter.count("hello"), 1U);
  EXPECT_EQ(counter.count("hello hello"), 2U);
  EXPECT_EQ(counter.count("unhello"), 1U) << "one part unknown makes the word [UNK]";
}

TEST(Wordpiece, PunctuationIsApart) {
  const Vocabulary pieces = vocabulary("a\nb\n.\n");
  WordpieceCounter counter(pieces);
  EXPECT_EQ(counter.count("a.b,a"), 5U);
  EXPECT_EQ(counter.count("a…b「a"), 5U);
}

TEST(Wordpiece, UncasedFoldsCaseAndAccents) {
  const Vocabulary pieces = vocabulary("cafe\n##s\n");
  WordpieceCounter counter(pieces);
  EXPECT_TRUE(pieces.is_uncased());
  EXPECT_EQ(counter.count("Cafés CAFE\u0301S"), 4U);
}

TEST(Wordpiece, CasedVocabularyKeepsThem) {
  const Vocabulary pieces = vocabulary("Cafe\n##s\n");
  WordpieceCounter counter(pieces);
  EXPECT_FALSE(pieces.is_uncased());
  EXPECT_EQ(counter.count("Cafes"), 2U);
  EXPECT_EQ(counter.count("cafes"), 1U);
}

TEST(Wordpiece, IdeographsAreWords) {
  const Vocabulary pieces = vocabulary("我\n们\nx\n");
  WordpieceCounter counter(pieces);
  EXPECT_EQ(counter.count("我们x我"), 4U);
}

TEST(Wordpiece, ControlCharactersAreNotThere) {
  const Vocabulary pieces = vocabulary("ab\n");
  WordpieceCounter counter(pieces);
  EXPECT_EQ(counter.count("a\u200Bb"), 1U);
  EXPECT_EQ(counter.count(std::string_view("a\0b", 3)), 1U);
  EXPECT_EQ(counter.count("\u200B\xFF"), 0U);
}

TEST(Wordpiece, WordsOfMoreThanAHundredLettersAreUnknown) {
  const Vocabulary pieces = vocabulary("a\n##a\n");
  WordpieceCounter counter(pieces);
  EXPECT_EQ(counter.count(std::string(100, 'a')), 100U);
  EXPECT_EQ(counter.count(std::string(101, 'a')), 1U);
}

TEST(Wordpiece, RememberedCountsAreTheSame) {
  const Vocabulary pieces = vocabulary("a\n##b\n##c\n");
  WordpieceCounter warm(pieces);
  for (int round = 0; round < 2; ++round) {
    for (int i = 0; i < 100'000; ++i) {  // more than it remembers
      std::string word = "a";
      for (int k = i; k > 0; k /= 3) {
        word += k % 3 == 0 ? "b" : k % 3 == 1 ? "c" : "bc";
      }
      ASSERT_EQ(warm.count(word), word.size()) << word;
    }
  }
}

std::string why(std::variant<Vocabulary, std::string> result) {
  return std::get<std::string>(std::move(result));
}

TEST(Vocabulary, RefusalsNameTheFileAndTheReason) {
  const auto folder =
      std::filesystem::temp_directory_path() / ("chunker_tokens_" + std::to_string(::getpid()));
  std::filesystem::create_directories(folder);
  const auto file = folder / "vocab.txt";
  EXPECT_EQ(why(Vocabulary::load(file)),
            "cannot read the vocabulary " + file.string() +
                ": No such file or directory; name the model's vocab.txt");
  EXPECT_EQ(why(Vocabulary::load(folder)), "cannot read the vocabulary " + folder.string() +
                                               ": it is not a file; name the model's vocab.txt");
  std::ofstream(file) << "hello\nworld\n";
  EXPECT_EQ(why(Vocabulary::load(file)),
            file.string() +
                " is not a WordPiece vocabulary: it has no line [UNK]; name the "
                "model's vocab.txt, one piece a line");
  std::ofstream(file) << "[UNK]\r\nhello\r\n";
  EXPECT_EQ(
      std::get<Vocabulary>(Vocabulary::load(file)).longest(Vocabulary::Place::kWordBegin, "hello!"),
      5U);
  std::filesystem::remove_all(folder);
}

TEST(Approximate, CostsByClass) {
  ApproximateCounter counter;
  EXPECT_EQ(counter.count("word"), 1U);
  EXPECT_EQ(counter.count("words"), 2U);
  EXPECT_EQ(counter.count("año"), 2U);
  EXPECT_EQ(counter.count("12345"), 3U);
  EXPECT_EQ(counter.count("a, b!"), 4U);
  EXPECT_EQ(counter.count("我们"), 2U);
  EXPECT_EQ(counter.count("مرحبا"), 3U);
  EXPECT_EQ(counter.count("ไทย"), 3U);
  EXPECT_EQ(counter.count(" \n\u00A0"), 0U);
}

}  // namespace
}  // namespace chunker
