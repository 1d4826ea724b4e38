// The component on the SDK's fake host: vectors on records, vectors for queries, counters.
#include <sluice/testing.hpp>

#include <gtest/gtest.h>

#include <vector>

namespace hash_embedder {
namespace {

using sluice::testing::Stage;

TEST(HashEmbedderComponent, PutsAVectorOnEveryRecordThatHasText) {
  Stage stage(R"({"dimension":64})");
  ASSERT_EQ(stage.start(), "");
  const auto out = stage.run({{.id = "a", .text = "green tea", .meta = {{"token_count", 2}}},
                              {.id = "b", .op = SLUICE_DELETE}});
  EXPECT_EQ(out[0].verdict, SLUICE_OK);
  EXPECT_EQ(out[0].record.vectors.at("dense").size(), 64U);
  EXPECT_EQ(out[1].verdict, SLUICE_OK);
  EXPECT_TRUE(out[1].record.vectors.empty());
  EXPECT_EQ(stage.host().metric("sluice_embed_inputs_total"), 1);
  EXPECT_EQ(stage.host().metric("sluice_embed_tokens_total"), 2);
  EXPECT_EQ(stage.finish(), "");
}

TEST(HashEmbedderComponent, EmbedsAQueryAsItDoesAPage) {
  Stage stage(R"({"dimension":64})");
  ASSERT_EQ(stage.start(), "");
  const auto out = stage.run({{.text = "green tea"}});
  std::vector<float> rows;
  EXPECT_TRUE(stage.embed({"green tea", "coffee"}, rows, SLUICE_EMBED_QUERY).ok());
  ASSERT_EQ(rows.size(), 128U);
  EXPECT_EQ(std::vector<float>(rows.begin(), rows.begin() + 64), out[0].record.vectors.at("dense"));
  EXPECT_EQ(stage.finish(), "");
}

TEST(HashEmbedderComponent, RefusesADimensionOutOfRange) {
  EXPECT_EQ(Stage(R"({"dimension":7})").configure(), "/dimension: must be at least 8");
}

}  // namespace
}  // namespace hash_embedder
