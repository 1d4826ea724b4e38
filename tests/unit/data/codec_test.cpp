// The journal's bytes of a document: what goes in comes out, and nothing else is believed.
#include "data/codec.hpp"

#include <gtest/gtest.h>

#include <random>

namespace sluice::data {
namespace {

RecordRef sample() {
  auto record =
      make_document("https://e.example/a", make_buffer(std::string("text with \0 inside", 18)));
  record->group_name = "crawl-1";
  record->own_meta.set("title", MetaValue::of("Tïtle"));
  record->own_meta.set("status_code", {SLUICE_I64, 200, 0.0, {}});
  record->own_meta.set("score", {SLUICE_F64, 0, 0.25, {}});
  record->own_meta.set("is_mobile", {SLUICE_BOOL, 1, 0.0, {}});
  return record;
}

TEST(Codec, GivesBackWhatItWasGiven) {
  const auto record = sample();
  const auto back = decode(encode(*record));
  ASSERT_TRUE(back.ok());
  const Record& got = **back;
  EXPECT_EQ(got.id, record->id);
  EXPECT_EQ(got.group_name, "crawl-1");
  EXPECT_EQ(got.text, record->text);
  ASSERT_NE(got.meta("title"), nullptr);
  EXPECT_EQ(got.meta("title")->text, "Tïtle");
  EXPECT_EQ(got.meta("status_code")->i64, 200);
  EXPECT_EQ(got.meta("score")->f64, 0.25);
  EXPECT_EQ(got.meta("is_mobile")->kind, SLUICE_BOOL);
  EXPECT_EQ(got.meta("nothing"), nullptr);
}

TEST(Codec, RefusesEveryTruncation) {
  const std::string bytes = encode(*sample());
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_FALSE(decode(std::string_view(bytes).substr(0, size)).ok()) << size;
  }
  EXPECT_FALSE(decode(bytes + "x").ok());
}

TEST(Codec, SurvivesFlippedBytes) {
  const std::string bytes = encode(*sample());
  std::mt19937 random(1);
  for (int round = 0; round < 2000; ++round) {
    std::string broken = bytes;
    broken[random() % broken.size()] = static_cast<char>(random());
    const auto back = decode(broken);
    if (back) {
      EXPECT_LE((*back)->text.size(), bytes.size());
    }
  }
}

}  // namespace
}  // namespace sluice::data
